// Package gen generates programs.
package gen
