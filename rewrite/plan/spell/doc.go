// Package spell writes names and types as source text.
//
// [FinishNames] and [StateNames] propose names for what the rewrite of a prepare
// function declares. A [File] writes types for one file, and collects the imports that
// they take. [Unnameable], [File.Hidden] and [Plain] say where a text would mean something
// else, or nothing.
package spell
