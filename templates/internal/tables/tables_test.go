//go:build cgo

package tables

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

func openStore(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "events.db"), sqlite.WithSynchronousNormal(),
		sqlite.WithTables(ItemTable(), TicketTable(), RoomTable(), HostTable(), DeviceTable()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func pointer[T any](v T) *T { return &v }

// set gives an item the state of another, but for its ID.
func set(i, other *Item) {
	to, from := reflect.ValueOf(i).Elem(), reflect.ValueOf(other).Elem()
	for f := range to.NumField() {
		if name := to.Type().Field(f).Name; name != "Root" && name != "id" {
			to.Field(f).Set(from.Field(f))
		}
	}
}

func init() {
	states["largest"] = func(i *Item) {
		set(i, &Item{
			Flag: true, Int: math.MaxInt, I8: math.MaxInt8, I16: math.MaxInt16, I32: math.MaxInt32, I64: math.MaxInt64,
			Uint: math.MaxInt64, U8: math.MaxUint8, U16: math.MaxUint16, U32: math.MaxUint32, U64: math.MaxInt64,
			F32: math.MaxFloat32, F64: math.Inf(1), Text: "a'\"\x00\u2028b", Bytes: []byte{0, 0xff},
			NamedFlag: true, NamedInt: math.MaxInt8, NamedUint: math.MaxUint16, NamedFloat: math.SmallestNonzeroFloat64, NamedText: "Stra\u00dfe", NamedBytes: Blob("b"),
			Time: time.Unix(0, math.MaxInt64).UTC(), TimeText: time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
			UUID: uuid.Max, Addr: netip.MustParseAddr("fe80::1%eth0"),
			PFlag: pointer(true), PInt: pointer[int32](math.MaxInt32), PUint: pointer[uint64](math.MaxInt64), PFloat: pointer[float32](0.1),
			PText: pointer("p"), PBytes: pointer([]byte("p")), PNamed: pointer(Name("n")), PTime: pointer(time.Unix(1, 1).UTC()), PTimeText: pointer(time.Unix(1, 1).UTC()),
			PUUID: pointer(uuid.Max), PAddr: pointer(netip.MustParseAddr("10.0.0.1")),
			Money: Money{math.MaxInt64}, Code: Code{"A"}, Secret: Secret{"s"}, Day: Day{-3}, Deep: Deep{Code{"D"}},
			PMoney: pointer(Money{1}), PCode: pointer(Code{"P"}), PDeep: pointer(Deep{Code{"Q"}}), Foreign: [2]int{1, -2}, Hidden: &[2]int{3, 4},
			Struct: Point{1, 2}, PStruct: &Point{X: 3}, List: []string{"", "\x00"}, Map: map[string]int{"b": 1, "a": 2}, Any: map[string]any{"x": []any{1.5, nil}},
			Raw: json.RawMessage(`{"a":[1]}`), Deeper: map[string][]Day{"x": {{1}, {2}}},
		})
	}
	states["smallest"] = func(i *Item) {
		set(i, &Item{
			Int: math.MinInt, I8: math.MinInt8, I16: math.MinInt16, I32: math.MinInt32, I64: math.MinInt64,
			F32: -math.MaxFloat32, F64: math.Inf(-1), Bytes: []byte{}, NamedInt: math.MinInt8, NamedText: "\u00e9", NamedBytes: Blob{},
			Time: time.Unix(0, math.MinInt64).UTC(), TimeText: time.Date(0, 1, 1, 0, 0, 0, 1, time.UTC), Addr: netip.MustParseAddr("::"),
			PFlag: pointer(false), PInt: pointer[int32](0), PUint: pointer[uint64](0), PFloat: pointer[float32](0), PText: pointer(""),
			PBytes: pointer([]byte{}), PNamed: pointer(Name("")), PUUID: pointer(uuid.Nil), PAddr: pointer(netip.Addr{}),
			Money: Money{math.MinInt64}, Code: Code{"B"}, Secret: Secret{""}, PMoney: pointer(Money{}), PCode: pointer(Code{}), PDeep: pointer(Deep{}), Hidden: &[2]int{},
			PStruct: &Point{}, List: []string{}, Map: map[string]int{}, Any: "", Raw: json.RawMessage(`null`), Deeper: map[string][]Day{"": nil},
		})
	}
	// As with encoding/json, raw JSON that is nil is null, and null stays raw.
	states["zero"] = func(i *Item) { set(i, &Item{Raw: json.RawMessage("null")}) }
	states["gone"] = func(i *Item) { states["largest"](i); i.Gone = true }
	for name, spoil := range map[string]func(*Item){
		"u64":       func(i *Item) { i.U64 = math.MaxInt64 + 1 },
		"p_uint":    func(i *Item) { i.PUint = pointer[uint64](math.MaxUint64) },
		"group":     func(i *Item) { i.F64 = math.NaN() },
		"text":      func(i *Item) { i.Text = "\xff" },
		"time":      func(i *Item) { i.Time = time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC) },
		"time_text": func(i *Item) { i.TimeText = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"day":       func(i *Item) { i.Day = Day{1e6} },
		"list":      func(i *Item) { i.List = []string{"\xff"} },
		"any":       func(i *Item) { i.Any = math.NaN() },
	} {
		states["bad "+name] = spoil
	}
}

// stateOf is the row that an item in a state should have.
func stateOf(t *testing.T, id uuid.UUID, which string) (want ItemRow) {
	t.Helper()
	i := &Item{id: id}
	states[which](i)
	row, state := reflect.ValueOf(&want).Elem(), reflect.ValueOf(i).Elem()
	want.ID = id
	for f := range row.NumField() {
		if name := row.Type().Field(f).Name; name != "ID" {
			row.Field(f).Set(state.FieldByName(name))
		}
	}
	return want
}

// Every kind of column gives back what was written, and its lookup finds it.
func TestEveryKind(t *testing.T) {
	store := openStore(t)
	items := NewItemRepository(store)
	table := ItemTable()
	exported := cmp.Exporter(func(reflect.Type) bool { return true })
	for n, which := range []string{"largest", "smallest", "zero"} {
		id := uuid.UUID{15: byte(n + 1)}
		i := new(Item)
		i.change(id, "") // a state that another replaces
		i.change(id, which)
		if err := items.Save(t.Context(), i); err != nil {
			t.Fatalf("%s: %v", which, err)
		}
		want := stateOf(t, id, which)
		row, err := table.Get(t.Context(), store, id)
		if err != nil {
			t.Fatalf("%s: %v", which, err)
		}
		if diff := cmp.Diff(want, row, exported); diff != "" {
			t.Errorf("%s (-want +got):\n%s", which, diff)
		}
		one := func(how string, row ItemRow, err error) {
			t.Helper()
			if err != nil || row.ID != id {
				t.Errorf("%s by %s: item %v, %v", which, how, row.ID, err)
			}
		}
		many := func(how string, rows iter.Seq2[ItemRow, error]) {
			t.Helper()
			found := false
			for row, err := range rows {
				if err != nil {
					t.Errorf("%s by %s: %v", which, how, err)
				}
				found = found || row.ID == id
			}
			if !found {
				t.Errorf("%s by %s: not found", which, how)
			}
		}
		row, err = table.ByNamedText(t.Context(), store, Name(strings.ToUpper(string(want.NamedText))))
		one("named_text", row, err)
		row, err = table.ByAddr(t.Context(), store, want.Addr)
		one("addr", row, err)
		row, err = table.ByCode(t.Context(), store, want.Code)
		one("code", row, err)
		many("i64", table.ByI64(t.Context(), store, want.I64))
		many("text", table.ByText(t.Context(), store, want.Text))
		many("money", table.ByMoney(t.Context(), store, want.Money))
		if want.PInt != nil {
			row, err = table.ByPInt(t.Context(), store, *want.PInt)
			one("p_int", row, err)
		}
		if !want.Time.IsZero() {
			many("time", table.ByTime(t.Context(), store, want.Time))
			many("time_text", table.ByTimeText(t.Context(), store, want.TimeText.In(time.FixedZone("", 3600))))
		}
	}

	// The same table is made of the events alone.
	if err := store.Rebuild(t.Context(), table, nil); err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range table.All(t.Context(), store, es.Page[uuid.UUID]{}) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(stateOf(t, row.ID, []string{"largest", "smallest", "zero"}[n]), row, exported); diff != "" {
			t.Errorf("rebuilt (-want +got):\n%s", diff)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
}

// A deleted item is left out, and has given its unique values up.
func TestDeletedItems(t *testing.T) {
	store := openStore(t)
	items := NewItemRepository(store)
	id, other := uuid.UUID{15: 1}, uuid.UUID{15: 2}
	save := func(id uuid.UUID, which string) error {
		i := new(Item)
		if loaded, err := items.Load(t.Context(), id); err == nil {
			i = loaded
		}
		i.change(id, which)
		return items.Save(t.Context(), i)
	}
	if err := save(id, "largest"); err != nil {
		t.Fatal(err)
	}
	if err := save(other, "largest"); !errors.Is(err, es.ErrUnique) {
		t.Errorf("%v, want es.ErrUnique", err)
	}
	if err := errors.Join(save(id, "gone"), save(other, "largest")); err != nil {
		t.Fatal(err)
	}
	if err := save(id, "largest"); !errors.Is(err, es.ErrUnique) {
		t.Errorf("back while its values are taken: %v, want es.ErrUnique", err)
	}
	if _, err := ItemTable().Get(t.Context(), store, id); !errors.Is(err, es.ErrNotFound) {
		t.Errorf("%v, want es.ErrNotFound", err)
	}
	if row, err := ItemTable().WithDeleted().Get(t.Context(), store, id); err != nil || !row.Gone {
		t.Errorf("asked for: %+v, %v", row, err)
	}
}

// What a column cannot hold is refused with its name, and nothing is stored.
func TestWhatColumnsCannotHold(t *testing.T) {
	store := openStore(t)
	items := NewItemRepository(store)
	n := 0
	for which := range states {
		column, bad := strings.CutPrefix(which, "bad ")
		if !bad {
			continue
		}
		n++
		i := new(Item)
		i.change(uuid.UUID{15: 1}, which)
		err := items.Save(t.Context(), i)
		if err == nil || !strings.Contains(err.Error(), "column "+column+":") && !strings.Contains(err.Error(), fmt.Sprintf("column %q", column)) {
			t.Errorf("%s: %v", which, err)
		}
	}
	if head, err := store.Head(t.Context()); head != 0 || err != nil || n == 0 {
		t.Errorf("head %d, %v, %d tries", head, err, n)
	}
}

// What another program has written, and no value object can be, is an error that names
// the column.
func TestWhatCannotBeScanned(t *testing.T) {
	values := func() []any {
		i := &Item{id: uuid.UUID{15: 1}}
		states["largest"](i)
		row, err := rowOfItem(i)
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	for column, bad := range map[string]any{
		"id": "x", "i8": int64(128), "u8": int64(-1), "u64": int64(-1), "addr": "1.2.3", "p_uint": int64(-1), "p_int": int64(1 << 40), "code": "small",
		"p_code": "small", "deep": "small", "foreign": "1", "hidden": "x", "struct": "[]", "list": "{", "time_text": "now", "uuid": "x", "text": int64(1), "select": "yes",
	} {
		row := values()
		found := false
		for i, c := range tableOfItem.Columns {
			if c.Name == column {
				row[i], found = bad, true
			}
		}
		if _, err := scanItemRow(row); !found || err == nil || !strings.Contains(err.Error(), "column "+column+":") {
			t.Errorf("%s as %v: %v", column, bad, err)
		}
	}
	if _, err := scanItemRow(values()[1:]); err == nil {
		t.Error("a row that is too short is read")
	}
}

// Keys of every kind name their row, and order the table.
func TestKeys(t *testing.T) {
	store := openStore(t)
	var parts []es.Part
	tickets, rooms, hosts, devices := NewTicketRepository(store), NewRoomRepository(store), NewHostRepository(store), NewDeviceRepository(store)
	for _, n := range []int32{10, 9, -1, math.MaxInt32} {
		k := new(Ticket)
		k.record(Titled{n, fmt.Sprint("t", n)})
		parts = append(parts, tickets.Part(k))
	}
	for _, name := range []Name{"b", "a/b", "B"} {
		r := new(Room)
		r.record(Furnished{name, 2})
		parts = append(parts, rooms.Part(r))
	}
	for _, addr := range []string{"10.0.0.2", "10.0.0.1"} {
		h := new(Host)
		h.record(Pinged{netip.MustParseAddr(addr), addr == "10.0.0.2"})
		parts = append(parts, hosts.Part(h))
	}
	for _, n := range []uint64{100, 99} {
		d := new(Device)
		d.record(Shipped{Serial{n}, "m"})
		parts = append(parts, devices.Part(d))
	}
	if err := es.Atomic(store, parts...).Save(t.Context()); err != nil {
		t.Fatal(err)
	}

	if got := keys(t, TicketTable().All(t.Context(), store, es.Page[int32]{}), func(r TicketRow) any { return r.Number }); got != "[-1 9 10 2147483647]" {
		t.Error(got)
	}
	if got := keys(t, TicketTable().All(t.Context(), store, es.Page[int32]{After: 9, Limit: 1}), func(r TicketRow) any { return r.Number }); got != "[10]" {
		t.Error(got)
	}
	if row, err := TicketTable().Get(t.Context(), store, -1); err != nil || row.Title != "t-1" {
		t.Error(row, err)
	}
	if row, err := TicketTable().ByTitle(t.Context(), store, "t10"); err != nil || row.Number != 10 {
		t.Error(row, err)
	}
	if got := keys(t, RoomTable().ByBeds(t.Context(), store, 2), func(r RoomRow) any { return r.Name }); got != "[B a/b b]" {
		t.Error(got)
	}
	if row, err := RoomTable().Get(t.Context(), store, "a/b"); err != nil || row.Beds != 2 {
		t.Error(row, err)
	}
	if got := keys(t, HostTable().All(t.Context(), store, es.Page[netip.Addr]{}), func(r HostRow) any { return r.Addr }); got != "[10.0.0.1]" {
		t.Error(got)
	}
	if got := keys(t, HostTable().WithDeleted().All(t.Context(), store, es.Page[netip.Addr]{}), func(r HostRow) any { return r.Addr }); got != "[10.0.0.1 10.0.0.2]" {
		t.Error(got)
	}
	if got := keys(t, DeviceTable().All(t.Context(), store, es.Page[Serial]{}), func(r DeviceRow) any { return r.Serial.n }); got != "[99 100]" {
		t.Error(got)
	}
	if row, err := DeviceTable().Get(t.Context(), store, Serial{99}); err != nil || row.Model != "m" {
		t.Error(row, err)
	}
	if _, err := DeviceTable().Get(t.Context(), store, Serial{math.MaxUint64}); err == nil || errors.Is(err, es.ErrNotFound) {
		t.Error(err)
	}
	for _, table := range []es.StateTable{ItemTable(), TicketTable(), RoomTable(), HostTable(), DeviceTable()} {
		if err := store.Rebuild(t.Context(), table, nil); err != nil {
			t.Error(err)
		}
	}
	if got := keys(t, DeviceTable().All(t.Context(), store, es.Page[Serial]{}), func(r DeviceRow) any { return r.Serial.n }); got != "[99 100]" {
		t.Error(got)
	}
}

func keys[R any](t *testing.T, rows iter.Seq2[R, error], key func(R) any) string {
	t.Helper()
	var list []any
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, key(row))
	}
	return fmt.Sprint(list)
}
