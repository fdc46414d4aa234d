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
// No system renames several files at once. So a journal in a directory that
// the caller chooses, the root, tells what was going on if the process, or the
// machine, ends between two renames. It has two names:
//
//	.closurefix-begun    files are being written beside the old ones
//	.closurefix-commit   they are all written, and take the old ones' places
//
// The journal gets its second name by a rename, which is the moment at which
// the outcome changes from none to all. What begun names is removed by the next
// one who comes along. What commit names, Recover completes; while it is there,
// Check and Files fail with an *UnfinishedError.
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
// to keep those, the file is refused. A symbolic link stays one: its target is
// replaced. Not kept are hard links, whose other names keep the old content, and
// access lists and other extended attributes.
package replace
