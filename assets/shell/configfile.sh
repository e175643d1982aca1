# config_file values FILE prints what is set for a site by `djship config` in a file that $config_values, the text of configvalues.pl, reads: "NAME HEX" a line; config_file sums FILE "NAME SUM" with the
# value's SHA-256, config_file mask FILE stdin without the values, and config_file change FILE
# FOOT the text of the file as it is after the changes on stdin, "NAME HEX" to set a value and "NAME" alone to take it away, with the line FOOT at its end.
config_file() {
	perl -MDigest::SHA=sha256_hex -e "$config_values"'
my ($mode, $file, $foot) = @ARGV;
if ($mode eq "mask") {
	my $any = config_mask($file);
	while (<STDIN>) { s/$any/********/g if $any; print }
	exit;
}
my %value = config_values($file);
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
