use strict; use warnings;
my %h = map { $_ => $_ ** 2 } 1 .. 5;
print join(",", map { "$_=$h{$_}" } sort keys %h), " $]\n";
open(my $f, "<", "people") or die; my @names = map { (split /:/)[0] } <$f>; close $f; print "@names\n";
my $pid = fork(); if (!$pid) { exit 5 } waitpid($pid, 0); print $? >> 8, "\n";
local $SIG{ALRM} = sub { print "alarm\n" }; kill ALRM => $$;
my $out = `echo from a shell`; print $out; printf "%s %.3f %b\n", "x" x 3, atan2(1, 1) * 4, 10;
eval { die "caught\n" }; print $@;
