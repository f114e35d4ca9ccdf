//go:build cgo && linux

package torture

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// member is an aggregate with a state table.
type member struct {
	es.Root

	id, name, mail string
	renamed        int64
}

type memberEvent interface {
	es.Event
	isMemberEvent()
}

type (
	joined       struct{ ID, Name, Mail string }
	memberNamed  struct{ Name string }
	memberMailed struct{ Mail string }
)

func (joined) EventType() string       { return "member.joined" }
func (memberNamed) EventType() string  { return "member.named" }
func (memberMailed) EventType() string { return "member.mailed" }

func (joined) isMemberEvent()       {}
func (memberNamed) isMemberEvent()  {}
func (memberMailed) isMemberEvent() {}

func (m *member) record(e memberEvent) { es.Record(m, &m.Root, e, applyMember) }

func applyMember(m *member, event memberEvent) error {
	switch e := event.(type) {
	case joined:
		m.id, m.name, m.mail = e.ID, e.Name, e.Mail
	case memberNamed:
		m.name, m.renamed = e.Name, m.renamed+1
	case memberMailed:
		m.mail = e.Mail
	default:
		return es.UnexpectedEvent("member", event)
	}
	return nil
}

func decodeMember(s *es.Stored) (memberEvent, error) {
	switch s.Type {
	case "member.joined":
		return memberOf[joined](s)
	case "member.named":
		return memberOf[memberNamed](s)
	case "member.mailed":
		return memberOf[memberMailed](s)
	}
	return nil, es.UnknownEvent("member", s)
}

func memberOf[E memberEvent](s *es.Stored) (memberEvent, error) {
	var e E
	err := json.Unmarshal(s.Payload, &e)
	return e, err
}

// membersTable is the state table. Without unique the address is as any other column.
func membersTable(unique bool) *es.Table {
	return &es.Table{Name: "members", Aggregate: "member", Category: "member-{id}", Columns: []es.Column{
		{Name: "id", Kind: es.ColumnText},
		{Name: "name", Kind: es.ColumnText, Index: true},
		{Name: "mail", Kind: es.ColumnText, Unique: unique, Fold: unique, Index: !unique},
		{Name: "renamed", Kind: es.ColumnInteger},
	}}
}

// memberDefinition is what a generator would write; table may be nil.
func memberDefinition(table *es.Table) *es.Definition[member, string, memberEvent] {
	d := &es.Definition[member, string, memberEvent]{
		Name: "member", Stream: "member-{id}",
		Events: []es.EventType{
			{Name: "member.joined", Version: 1, Zero: joined{}}, {Name: "member.named", Version: 1, Zero: memberNamed{}}, {Name: "member.mailed", Version: 1, Zero: memberMailed{}},
		},
		ID:       func(m *member) string { return m.id },
		FormatID: func(id string) (string, error) { return id, nil },
		ParseID:  func(s string) (string, error) { return s, nil },
		Apply:    applyMember,
		Load: func(m *member, s *es.Stored) error {
			e, err := decodeMember(s)
			if err != nil {
				return err
			}
			return applyMember(m, e)
		},
		Encode: func(dst []byte, e memberEvent) ([]byte, error) {
			b, err := json.Marshal(e)
			return append(dst, b...), err
		},
		Decode: decodeMember,
	}
	if table != nil {
		d.Table, d.Row = table, func(m *member) ([]any, error) { return []any{m.id, m.name, m.mail, m.renamed}, nil }
	}
	return d
}

type memberRows = es.Rows[[]any, string]

func rowsOf(table *es.Table) memberRows {
	return es.NewRows(memberDefinition(table), func(id string) (any, error) { return id, nil }, func(row []any) ([]any, error) { return row, nil })
}

// strayMembers compares the table, as any SQL client reads it, with what folding the
// events of each member gives, and says where they differ.
func strayMembers(ctx context.Context, path string) (members int, stray []string, err error) {
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return 0, nil, err
	}
	defer s.Close()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		return 0, nil, err
	}
	defer db.Close()
	inTable, err := texts(db, "SELECT id, id || ' ' || name || ' ' || mail || ' ' || renamed FROM members")
	if err != nil {
		return 0, nil, err
	}
	streams, err := texts(db, "SELECT key, name FROM es_streams WHERE category = 'member-{id}'")
	if err != nil {
		return 0, nil, err
	}
	repo := es.NewRepository(s, memberDefinition(nil))
	for id := range streams {
		m, err := repo.Load(ctx, id)
		if err != nil {
			return 0, nil, err
		}
		if want := fmt.Sprint(m.id, " ", m.name, " ", m.mail, " ", m.renamed); inTable[id] != want {
			stray = append(stray, fmt.Sprintf("the events say %q, the row %q", want, inTable[id]))
		}
		delete(inTable, id)
	}
	for id, row := range inTable {
		stray = append(stray, fmt.Sprintf("there is a row %q and no stream of %s", row, id))
	}
	slices.Sort(stray)
	return len(streams), stray, nil
}

// texts reads pairs of texts.
func texts(db *sql.DB, query string, args ...any) (map[string]string, error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	pairs := make(map[string]string)
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		pairs[key] = value
	}
	return pairs, errors.Join(rows.Err(), rows.Close())
}
