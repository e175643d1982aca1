# program_for NAME SOCKET RELEASE [CONFIG] turns the text of a program of supervisord's into that of another, which opens SOCKET and runs RELEASE, with the values of `djship config`
# that lie in the file CONFIG: what a person has edited stays. Gunicorn alone is told to end, and has the time for it that it gives its requests.
program_for() {
	perl -e '
my ($name, $socket, $release, $config) = @ARGV;
my $own = "DJSHIP_RELEASE=\"$release\"" . ($config ? ",DJSHIP_CONFIG=\"$config\"" : "");
my (@keys, @lines, %has) = ();
while (<STDIN>) {
	s/\r?\n\z//;
	if (/^\[([\w-]+):.*\]\s*$/ || /^\[(.*)\]\s*$/) { $_ = "[fcgi-program:$name]" if $1 eq "fcgi-program" }
	elsif (/^(\w+)\s*[=:]\s*(.*)/) { $key = $1; $has{$key} = $2 if !defined $has{$key} }
	elsif (/^\s+\S/ && defined $key && $key eq "environment") { $lines[-1] .= " " . s/^\s+//r; next }
	push @lines, $_;
}
for (@lines) {
	s/^socket(\s*[=:]\s*).*/socket$1unix:\/\/$socket/;
	s/^stopasgroup(\s*[=:]\s*).*/stopasgroup$1false/;
	s/^killasgroup(\s*[=:]\s*).*/killasgroup$1true/;
	s/^stopwaitsecs(\s*[=:]\s*)(\d+)\b.*/"stopwaitsecs$1" . ($2 < 40 ? 40 : $2)/e;
	if (/^environment\s*[=:]/) {
		s/,DJSHIP_CONFIG="[^"]*"//g;
		s/\bDJSHIP_RELEASE=("[^"]*"|[^,]*)/$own/ or s/^(environment\s*[=:]\s*)(.*)/$1$own/ && length $2 && ($_ .= ",$2");
	}
}
pop @lines while @lines && $lines[-1] eq "";
my %must = (stopasgroup => "false", killasgroup => "true", stopwaitsecs => 40, environment => $own);
push @lines, map { defined $has{$_} ? () : "$_=$must{$_}" } sort keys %must;
print map { "$_\n" } @lines;' "$@"
}
