# What is set for a site by `djship config` lies in a file of bash, a line `export NAME='VALUE'` for each name. The site's account may write to it: it is read as data, 4 MiB at
# most, and what is no such line is passed over.
use Fcntl;

# config_values FILE returns each name and its value.
sub config_values {
	my ($text, $quote, %value) = ("", "\x27");
	if (sysopen my $in, $_[0], O_RDONLY | O_NOFOLLOW | O_NONBLOCK) { -f $in and read $in, $text, 4 << 20 }
	while ($text =~ /\G(?:export ([A-Za-z_][A-Za-z0-9_]*)=|[^\n]*\n|[^\n]+\z)/gc) {
		defined(my $name = $1) or next;
		my $is = "";
		while ($text =~ /\G(?:\x27([^\x27]*)\x27|\\\x27)/gc) { $is .= defined $1 ? $1 : $quote }
		$value{$name} = $is if $text =~ /\G\n/gc;
	}
	return %value;
}

# config_mask FILE returns a pattern of what is not to be shown: each line of a value, and the password of an address, but what is short, or one of a few words that logs
# are full of and nobody has for a secret. It is undef for nothing.
sub config_mask {
	my %value = config_values($_[0]);
	my @all = map { ($_, split(/\r?\n/, $_), m{://[^/\@:]*:([^\@/]+)\@}g) } values %value;
	my $words = qr/^(?:[0-9]{1,5}|true|false|none|null|debug|info|warning|error|critical|production|staging|development|localhost|127\.0\.0\.1)$/i;
	my $any = join "|", map quotemeta, sort { length $b <=> length $a } grep { length > 3 && !/$words/ } @all;
	return length $any ? qr/$any/ : undef;
}
