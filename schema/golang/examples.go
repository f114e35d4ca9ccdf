package golang

// examples show each directive and tag in use, by how they are called in a
// sentence. They are written with ¦ for the backquote.
var examples = map[string]string{
	`//es:aggregate`: `
//es:aggregate order
type Order struct {
	es.Root

	id uuid.UUID ¦es:"id"¦
}
`,
	`//es:stream`: `
//es:aggregate invoice
//es:stream billing/invoice-{id}
type Invoice struct{ es.Root }

//es:aggregate shipping
//es:stream of=Order
type Shipping struct{ es.Root }
`,
	`//es:event`: `
//es:event order.placed alias=order.created,com.acme/OrderPlaced
type Placed struct {
	OrderID uuid.UUID ¦json:"orderId"¦
}
`,
	`//es:apply`: `
func (o *Order) applyPlaced(e Placed) { o.id = e.OrderID }

//es:apply Packed Sent
func (o *Order) progress(OrderEvent) { o.steps++ }
`,
	`//es:suppress`: `
//es:aggregate order
//es:suppress Noted Viewed
type Order struct{ es.Root }
`,
	`//es:child`: `
//es:aggregate cart
type Cart struct {
	es.Root

	id    uuid.UUID        ¦es:"id"¦
	lines map[LineID]*Line ¦es:"child"¦
}

//es:child
type Line struct {
	es.Child

	id LineID ¦es:"id"¦
}
`,
	`//es:value`: `
//es:value encode=String decode=restoreName
type Name struct{ value string }

func (n Name) String() string { return n.value }

func restoreName(s string) Name { return Name{value: s} }
`,
	`//es:command`: `
//es:command creates
type Open struct {
	OrderID uuid.UUID ¦json:"orderId" es:"id"¦
	Name    string    ¦json:"name" validate:"required,max=80"¦
}

func (o *Order) handleOpen(c Open) error {
	o.record(Opened{OrderID: c.OrderID, Name: c.Name})
	return nil
}

//es:command creates=ifmissing of=Cart
type AddLine struct {
	CartID CartID ¦es:"id"¦
	SKU    string
}
`,
	`//es:decision`: `
//es:event contract.signed
type Signed struct {
	ContractID uuid.UUID
	PersonID   uuid.UUID ¦es:"tag=person"¦
	From, To   time.Time
}

//es:decision
type Employment struct {
	es.Decision

	person uuid.UUID ¦es:"tag=person"¦
	until  time.Time
}

func (e *Employment) applySigned(s Signed) { e.until = s.To }
`,
	`es:"tag=KEY"`: `
//es:event course.enrolled
type Enrolled struct {
	Course   CourseID    ¦es:"tag=course"¦
	Students []StudentID ¦es:"tag=student"¦
	By       *StaffID    ¦es:"tag=staff,tag=person"¦
}
`,
	`//es:snapshot`: `
//es:aggregate order
//es:snapshot every=100
type Order struct {
	es.Root

	id    uuid.UUID        ¦es:"id"¦
	lines map[LineID]*Line ¦es:"child"¦
}
`,
	`es:"-"`: `
//es:aggregate order
//es:snapshot every=100
type Order struct {
	es.Root

	id    uuid.UUID      ¦es:"id"¦
	cache map[string]int ¦es:"-"¦
}
`,
	`//es:table`: `
//es:aggregate user
//es:table users
type User struct {
	es.Root

	id      uuid.UUID ¦es:"id"¦
	name    string    ¦es:"column,index"¦
	email   string    ¦es:"column=mail,unique=fold"¦
	since   time.Time ¦es:"column,time=text"¦
	deleted bool      ¦es:"column,softdelete=frees"¦
}
`,
	`es:"column[=NAME]"`: `
//es:aggregate user
//es:table users
type User struct {
	es.Root

	id   uuid.UUID    ¦es:"id,column=user_id"¦
	name string       ¦es:"column"¦
	hash PasswordHash ¦es:"column=password_digest"¦
}
`,
	`es:"index"`: `
//es:aggregate user
//es:table users
type User struct {
	es.Root

	id   uuid.UUID ¦es:"id"¦
	name string    ¦es:"column,index"¦
}
`,
	`es:"unique[=fold]"`: `
//es:aggregate user
//es:table users
type User struct {
	es.Root

	id    uuid.UUID ¦es:"id"¦
	email string    ¦es:"column,unique=fold"¦
}
`,
	`es:"softdelete[=frees]"`: `
//es:aggregate user
//es:table users
type User struct {
	es.Root

	id      uuid.UUID ¦es:"id"¦
	deleted bool      ¦es:"column,softdelete"¦
}
`,
	`es:"time=integer|text"`: `
//es:aggregate user
//es:table users
type User struct {
	es.Root

	id    uuid.UUID ¦es:"id"¦
	since time.Time ¦es:"column,time=text"¦
}
`,
	`//es:registry`: `
//es:registry ./order ./billing/...
package app
`,
	`es:"id"`: `
//es:aggregate order
type Order struct {
	es.Root

	id uuid.UUID ¦es:"id"¦
}
`,
	`es:"child"`: `
//es:event cart.line_replaced
type LineReplaced struct {
	LineID LineID ¦es:"child"¦
	By     LineID
}
`,
	`es:"encode=FUNC"`: `
//es:event invoice.issued
type Issued struct {
	Due civil.Date ¦es:"encode=formatDate,decode=parseDate"¦
}

func formatDate(d civil.Date) string { return d.String() }

func parseDate(s string) (civil.Date, error) { return civil.ParseDate(s) }
`,
}
