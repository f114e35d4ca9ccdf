// Package es stands for the runtime, so that tests need not compile that.
package es

type Root struct{ version int64 }

func (r *Root) Version() int64 { return r.version }

type Child struct{ root *Root }

type Clock interface{ Now() int64 }

type Decision struct{ loaded bool }
