package advice

// migrationOutputs are what is said of migrations that were refused, with what its hint has.
var migrationOutputs = []struct{ output, want string }{
	{"the live release can't go on with what its database would be:\n  shop.0003_title: shop_thing.name is title\nthe database is as it was, and the live release goes on. Split the migration, or push with --allow-break", "is refused again: split"},
	{"an extension is missing\nthe database is as it was, and the live release goes on", "is refused again until"},
	{"a pending migration fails in a copy of the data, so it would in the database: shop.0002_step\n  Key (name)=(thing 7) is duplicated.", "fails again: mend"},
	{"release 20261126-101500-1a2b3c4 can't go on with the database as it is, which was migrated since it was live:\n  shop_thing.color is gone", "refused again for as long"},
	{"what the migrations destroy can not be kept on the host: No space left on device\nwhat would be destroyed could not be kept before, so nothing was begun", "make room"},
	{"nothing was taken back: 1 rows of shop_thing have nothing for color, which must have a value", "refused again until"},
	{"a dump of the database is open: pid 12 of postgres\nnothing was migrated: a migration would wait for what is open, and visitors behind it. Push again when it is over", "wait until that is over"},
}
