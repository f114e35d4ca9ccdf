package main

import "testing"

func TestPackageName(t *testing.T) {
	for folder, want := range map[string]string{
		"order":      "order",
		"my-shop":    "myshop",
		"My Shop":    "myshop",
		"order_line": "order_line",
		"v2":         "v2",
		"größe":      "größe",
		"/":          "",
	} {
		if got := packageName(folder); got != want {
			t.Errorf("packageName(%q) = %q, want %q", folder, got, want)
		}
	}
}
