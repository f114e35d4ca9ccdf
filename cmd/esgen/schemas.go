package main

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"github.com/esgen/esgen/schema"
	"github.com/esgen/esgen/schema/yaml"
)

// readSchemas gives the front end for Go what the one for schema files makes of those
// in some folders.
func readSchemas(ctx context.Context) func(dirs []string) ([]*schema.Declared, schema.Diagnostics, error) {
	return func(dirs []string) ([]*schema.Declared, schema.Diagnostics, error) {
		declared := make([]*schema.Declared, len(dirs))
		found := make([]schema.Diagnostics, len(dirs))
		errs := make([]error, len(dirs))
		limit := make(chan struct{}, runtime.GOMAXPROCS(0))
		var wg sync.WaitGroup
		for i, dir := range dirs {
			wg.Go(func() {
				limit <- struct{}{}
				defer func() { <-limit }()
				files, err := yaml.Files(dir)
				if err == nil {
					declared[i], found[i], err = yaml.Load(ctx, dir, files)
				}
				errs[i] = err
			})
		}
		wg.Wait()
		var all []*schema.Declared
		for _, d := range declared {
			if d != nil {
				all = append(all, d)
			}
		}
		var list schema.Diagnostics
		for _, d := range found {
			list = append(list, d...)
		}
		return all, list, errors.Join(errs...)
	}
}
