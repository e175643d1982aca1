package advice

import "djship/steps/model"

// ofMigrations are what is said of migrations that are refused or fail, and what to do about it. What the same release meets again each time is not said to be tried again.
var ofMigrations = [][2]string{
	{`^the database is as it was, and the live release goes on\. Split the migration`, "the same release is refused again: split the migration, commit, push that; or push with --allow-break, by which visitors get the maintenance page until all hosts have switched"},
	{`^the database is as it was, and the live release goes on$`, "the same release is refused again until what the lines above name is changed"},
	{`^a pending migration fails in a copy of the`, "the same release fails again: mend the migration, commit, push that"},
	{`^release \S+ can't go on with the database as it is`, "it is refused again for as long as the database is so: the lines above say what else there is"},
	{`^what the migrations destroy can not be kept on the host: `, "make room on the host where " + model.State + " lies" + model.Again + "; or push with --keep-data no: then the data is gone"},
	{`^nothing was taken back: `, "it is refused again until what the lines above name is changed in the database; or push code that goes on from here"},
	{`^nothing was migrated: a migration would wait for what is open`, "wait until that is over" + model.Again},
}
