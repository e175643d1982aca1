// Package tree makes what is to be pushed into one tree of git's: it has a hash, every file in it has the bytes that
// a server gets, and what a host lacks of it can be streamed as a thin pack.
//
// Everything is written into a private repository in a temporary folder, which borrows the objects of the user's by
// alternates. In the user's repository git only answers where it is, what a name stands for, and what its own config
// says; nothing is written there, no object's time is touched, and nothing of it is run: no filter, hook, fsmonitor,
// pager, alias, credential helper or transport.
//
// What the bytes are: those that a checkout on Linux with core.autocrlf=false has, with the attributes of the tree
// itself (neither those of .git/info/attributes nor the user's own). So a file with eol=crlf has CRLF, one with
// working-tree-encoding that encoding, one with ident its $Id$; a CRLF that was committed stays. Beyond a checkout,
// export-ignore and export-subst are obeyed as git archive does it, submodules are part of the tree, and pointers of
// Git LFS are the files they point to. What checks such a tree out must not obey the attributes once more: see HostAttributes. A filter other than lfs is not run; Tree.Filtered names its files.
package tree
