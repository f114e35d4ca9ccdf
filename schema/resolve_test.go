package schema_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

// TestResolve holds what Check fills in to what it was, for every model without a
// finding: who owns an event, who shares a stream, what each event does.
func TestResolve(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "rules", "clean_*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, _ := readSources(t, a)
			if d := schema.Check(m); len(d) > 0 {
				t.Fatalf("it is not clean: %v", d)
			}
			got := dumpResolved(m)
			golden := filepath.Join("testdata", "resolved", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("resolved differently (-want +got):\n%s", diff)
			}
			schema.Check(m)
			if diff := cmp.Diff(got, dumpResolved(m)); diff != "" {
				t.Errorf("a second Check resolves differently:\n%s", diff)
			}
		})
	}
}

func dumpResolved(m *schema.Module) string {
	var b strings.Builder
	for _, p := range m.Packages {
		if !p.Generate {
			continue
		}
		fmt.Fprintf(&b, "package %s\n", p.Path)
		for _, e := range p.Events {
			fmt.Fprintf(&b, "  event %s %s of %s\n", e.GoName.Value, e.WireName, e.Owner.GoName.Value)
		}
		for _, a := range p.Aggregates {
			var siblings []string
			for _, s := range a.Siblings {
				siblings = append(siblings, s.GoName.Value)
			}
			fmt.Fprintf(&b, "  aggregate %s\n    stream %s of %s, shared by %s\n    ID %s\n",
				a.GoName.Value, a.Template(), a.StreamOwner.GoName.Value, strings.Join(siblings, ", "), a.ID.Name.Value)
			for i := range a.Paths {
				fmt.Fprintf(&b, "    child %s at %s\n", a.Paths[i].Child().GoName.Value, dumpPath(&a.Paths[i], nil))
			}
			for _, d := range a.Dispatch {
				who := "own"
				if !d.Own {
					who = "sibling's"
				}
				what := "nothing"
				if d.Apply != nil {
					what = d.Apply.Recv + "." + d.Apply.Method.Value
				}
				if d.Path != nil {
					what += " at " + dumpPath(d.Path, d.Keys)
				}
				fmt.Fprintf(&b, "    %s %s: %s\n", who, d.Event.GoName.Value, what)
			}
		}
		for _, a := range p.Aggregates {
			for _, col := range a.TableColumns() {
				kind := []string{schema.ColumnInteger: "integer", schema.ColumnReal: "real", schema.ColumnBool: "bool", schema.ColumnBlob: "blob", schema.ColumnText: "text",
					schema.ColumnTime: "time", schema.ColumnTimeText: "time as text", schema.ColumnJSON: "json"}[col.Kind]
				fmt.Fprintf(&b, "  column %s.%s of %s: %s, pointer %t, null %t\n", a.Table.Name.Value, col.Name, col.Field.Name.Value, kind, col.Pointer, col.Null)
			}
		}
		for _, c := range schema.CodecTypes(p) {
			if c.Event == nil {
				fmt.Fprintf(&b, "  codec %s, %s\n", c.Append, c.Read)
			}
		}
		for _, t := range schema.StateTypes(p) {
			fmt.Fprintf(&b, "  state %s, %s\n", t.Write, t.Read)
		}
		for _, m := range p.Decisions {
			fmt.Fprintf(&b, "  decision %s\n", m.GoName.Value)
			for _, read := range m.Reads {
				fmt.Fprintf(&b, "    %s: %s, found by", read.Event.GoName.Value, read.Apply.Method.Value)
				for _, tag := range read.Tags {
					fmt.Fprintf(&b, " %s (%s = %s)", tag.Key, tag.Model.Name.Value, tag.Event.Name.Value)
				}
				b.WriteByte('\n')
			}
		}
		for _, e := range p.Events {
			for _, tag := range e.Tags() {
				fmt.Fprintf(&b, "  tag %s of %s: %s, each %t, pointer %t\n", tag.Key, e.GoName.Value, tag.Field.Name.Value, tag.Each, tag.Pointer)
			}
		}
		for _, cmd := range p.Commands {
			creates := []string{schema.ForExisting: "", schema.CreatesNew: ", creates it", schema.CreatesIfMissing: ", creates it if it is missing"}[cmd.Creates]
			fmt.Fprintf(&b, "  command %s for %s by %s, handled by %s%s\n", cmd.GoName.Value, cmd.Owner.GoName.Value, cmd.Target.Name.Value, cmd.Handler.Method.Value, creates)
		}
		for _, c := range p.Children {
			id := "none"
			if c.ID != nil {
				id = c.ID.Name.Value
			}
			fmt.Fprintf(&b, "  child %s of %s, ID %s\n", c.GoName.Value, c.Root.GoName.Value, id)
		}
	}
	return b.String()
}

func dumpPath(p *schema.ChildPath, keys []*schema.Field) string {
	var b strings.Builder
	for i, step := range p.Steps {
		key := ""
		if keys != nil && keys[i] != nil {
			key = "e." + keys[i].Name.Value
		}
		fmt.Fprintf(&b, ".%s%s", step.Field.Name.Value, []string{schema.One: "", schema.InSlice: "[" + key + "]", schema.InMap: "{" + key + "}"}[step.Container])
		if step.Pointer {
			b.WriteByte('*')
		}
	}
	return b.String()
}

// What a broken part leaves behind is whole enough for the rest to be judged.
func TestResolveBroken(t *testing.T) {
	for _, file := range goldenFiles(t) {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := readSources(t, a)
		schema.Check(m)
		for _, p := range m.Packages {
			for _, a := range p.Aggregates {
				if a.StreamOwner == nil || len(a.Siblings) == 0 || a.Siblings[0] != a.StreamOwner {
					t.Errorf("%s: %s has no stream", file, a.GoName.Value)
				}
				for _, d := range a.Dispatch {
					if d.Event == nil || d.Path != nil && (d.Apply == nil || len(d.Keys) != len(d.Path.Steps)) {
						t.Errorf("%s: %s has a dispatch that is not whole: %+v", file, a.GoName.Value, d)
					}
				}
				for i := range a.Paths {
					if a.Paths[i].Child() == nil {
						t.Errorf("%s: %s has a path to nowhere", file, a.GoName.Value)
					}
				}
			}
		}
	}
}

func TestHasErrors(t *testing.T) {
	warning := schema.Diagnostic{Severity: schema.Warning}
	if (schema.Diagnostics{warning, warning}).HasErrors() || (schema.Diagnostics)(nil).HasErrors() {
		t.Error("warnings are no errors")
	}
	if !(schema.Diagnostics{warning, {Severity: schema.Error}}).HasErrors() {
		t.Error("an error behind a warning is one")
	}
}
