// Package replace puts new contents of several files on disk: all of them, or
// none, whatever happens on the way.
//
//	err := replace.Files(ctx, root, files, nil)
//
// A file is never written in place. Its new content is written beside it and
// synchronised, so that what can fail (a full disk, a missing permission, an
// owner that cannot be kept) fails while nothing has changed. Then the new
// files are renamed over the old ones, which a reader sees whole, old or new,
// at any moment.
//
// # The journal
//
// No system renames several files at once. So a journal says what was going on if
// the process, or the machine, ends between two renames. It has two names, one
// after the other:
//
//	KEY.begun     files are being written beside the old ones
//	KEY.commit    they are all written, and take the old ones' places
//
// The rename from the first to the second is the moment at which the outcome
// changes from none to all. What begun names is removed by the next writer. What
// commit names, Recover completes; while it is there, Check and Files fail with an
// *UnfinishedError.
//
// The journal is the user's. It is in the directory closurefix of the user's cache
// (os.UserCacheDir), which nobody else can read or write, and never in the directory
// whose files are replaced, the root: that may come from a stranger, and would decide
// what is written where. KEY is made of the root's name without links and of its
// identity, the number that the system knows it by. Names in a journal are relative
// to the root, and all files are opened below it with os.Root. A name that leads out
// of the root, over a link, or to what is no regular file, stops everything.
//
// A root that is copied or moved leaves its journal behind. Half finds out by the
// temporary files beside the replaced ones that it is half written.
//
// Check and Recover see the journals of directories above and below the root, too:
// modules of one workspace are replaced under the root of the workspace, or each
// under its own.
//
// # Others
//
// Writers of one directory take turns, by a lock that the system takes back
// when its holder dies. A program that knows nothing of it, an editor for
// example, is noticed by the content: a file that is not what it was when the
// caller read it stops everything, by name, right up to the rename that would
// replace it. Between that look and the rename are some microseconds in which no
// system offers more.
//
// # What is kept
//
// The permission bits, the owner and the group; where the system does not allow
// to keep those, the file is refused. A symbolic link stays one: its target, which
// must be below the root, is replaced. Not kept are hard links, whose other names keep the old content, and
// access lists and other extended attributes.
package replace
