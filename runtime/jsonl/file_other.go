//go:build !linux

package jsonl

func (f *systemFile) datasync() error { return f.Sync() }
