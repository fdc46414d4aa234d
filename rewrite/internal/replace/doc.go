// Package replace replaces the contents of several files: of all of them or of none, even
// if the process is killed.
//
//	err := replace.Files(ctx, root, files, nil)
//
// A file is never written in place. Its new content is written to a file beside it and
// synchronized. So a full disk, a missing permission or an owner that cannot be kept is
// detected while nothing has changed. Then the new files are renamed over the old ones. A
// reader finds each file complete, old or new, at any time.
//
// # The journal
//
// No system renames several files in one step. So a journal records the operation in case
// the process or the machine stops between two renames. It has two names, one after the
// other:
//
//	KEY.begun     files are being written beside the old ones
//	KEY.commit    all are written and are being renamed
//
// The rename from the first name to the second is the moment at which the outcome changes
// from none to all. The next writer removes the files that a begun journal names. Recover
// completes what a commit journal describes. As long as that exists, Check and Files fail
// with an *UnfinishedError.
//
// The journal belongs to the user. It is in the directory closurefix of the user's cache
// (os.UserCacheDir), which nobody else can read or write. It is never in the directory
// whose files are replaced, the root: its files may come from an attacker, who could then
// control what is written where. KEY is made from the resolved name of the root and its
// identity, the number by which the system identifies it. Names in a journal are relative
// to the root, and all files are opened below it with os.Root. If a name leads out of the
// root, through a link, or to something other than a regular file, the operation fails.
//
// If a root is copied or moved, its journal no longer belongs to it. Half detects from the
// temporary files beside the replaced ones that only some were replaced.
//
// Check and Recover also consider journals of directories above and below the root. The
// modules of a workspace are replaced under the root of the workspace or each under its
// own.
//
// # Other programs
//
// Writers of the same directory take turns. They use a lock that the system releases when
// the process dies. Changes by other programs, such as editors, are detected by content:
// if a file differs from what the caller read, the operation fails and names the file.
// Files are compared right before the rename. A few microseconds remain between comparison
// and rename, which no system can avoid.
//
// # What is kept
//
// The permission bits, the owner and the group are kept. If the system does not allow
// that, the operation fails. A symbolic link is kept, and its target, which must be below
// the root, is replaced. Hard links are not kept: other names of the file keep the old
// content. Access control lists and other extended attributes are not kept.
package replace
