# What is set for a site by `djship config` lies in a file of bash, a line `export NAME='VALUE'` for each name. The site's account may write to it: it is read as data, 4 MiB at
# most, and what is no such line is passed over. config_file values FILE prints "NAME HEX" a line, config_file sums FILE "NAME SUM" with the value's SHA-256, config_file mask FILE stdin without the values, and config_file change FILE
# FOOT the text of the file as it is after the changes on stdin, "NAME HEX" to set a value and "NAME" alone to take it away, with the line FOOT at its end.
config_file() {
	perl -MFcntl -MDigest::SHA=sha256_hex -e '
my ($mode, $file, $foot) = @ARGV;
my ($text, $quote, %value) = ("", "\x27");
if (sysopen my $in, $file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) { -f $in and read $in, $text, 4 << 20 }
while ($text =~ /\G(?:export ([A-Za-z_][A-Za-z0-9_]*)=|[^\n]*\n|[^\n]+\z)/gc) {
	defined(my $name = $1) or next;
	my $is = "";
	while ($text =~ /\G(?:\x27([^\x27]*)\x27|\\\x27)/gc) { $is .= defined $1 ? $1 : $quote }
	$value{$name} = $is if $text =~ /\G\n/gc;
}
if ($mode eq "mask") {
	my $any = join "|", map quotemeta, sort { length $b <=> length $a } grep length > 3, map { ($_, split /\n/) } values %value;
	while (<STDIN>) { s/$any/********/g if length $any; print }
	exit;
}
if ($mode ne "change") {
	print "$_ ", $mode eq "sums" ? sha256_hex($value{$_}) : unpack("H*", $value{$_}), "\n" for sort keys %value;
	exit;
}
while (<STDIN>) {
	my ($name, $set, $hex) = /^(\w+)( ([0-9a-f]*))?$/ or next;
	if (defined $set) { $value{$name} = pack "H*", $hex } else { delete $value{$name} }
}
my $out = "# Written by `djship config`, and taken in by prepare_env.sh.\n";
for (sort keys %value) { (my $is = $value{$_}) =~ s/\x27/\x27\\\x27\x27/g; $out .= "export $_=\x27$is\x27\n" }
$out .= "$foot\n";
length $out < 1 << 20 or print STDERR "the values would be more than 1 MiB together, which is more than a program can be given\n" and exit 1;
print $out' "$@"
}
