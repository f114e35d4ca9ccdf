// Package order splits a large aggregate, both ways.
//
// Order and Shipping are micro aggregates: two aggregates over one stream, each
// with its own events, state and rules. The stream has one version, so that of
// two saves at once one loses, whichever aggregate they are of.
//
// Cart has children: a delivery, and lines, which only the cart can reach. What
// they record goes to the cart's stream.
package order

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen

// Order takes the order itself.
//
//es:aggregate order
//es:stream order-{id}
type Order struct {
	es.Root

	id        uuid.UUID `es:"id"`
	cancelled bool
}

// Errors of orders and shippings.
var (
	ErrArrived   = errors.New("order: the parcel has arrived already")
	ErrCancelled = errors.New("order: the order is cancelled")
)

// Place makes an order.
func Place(id uuid.UUID) *Order {
	o := new(Order)
	o.record(OrderPlaced{OrderID: id})
	return o
}

// Cancel cancels the order.
func (o *Order) Cancel() error {
	if o.cancelled {
		return ErrCancelled
	}
	o.record(OrderCancelled{})
	return nil
}

func (o *Order) applyOrderPlaced(e OrderPlaced)       { o.id = e.OrderID }
func (o *Order) applyOrderCancelled(e OrderCancelled) { o.cancelled = true }

// Shipping shares the order's stream. It applies those of the order's events
// that it cares for, and passes over the others.
//
//es:aggregate shipping
//es:stream of=Order
type Shipping struct {
	es.Root

	id                 uuid.UUID `es:"id"`
	cancelled, arrived bool
}

// Arrive notes that the parcel has arrived.
func (s *Shipping) Arrive() error {
	switch {
	case s.cancelled:
		return ErrCancelled
	case s.arrived:
		return ErrArrived
	}
	s.record(ShippingArrived{})
	return nil
}

func (s *Shipping) applyOrderPlaced(e OrderPlaced)       { s.id = e.OrderID }
func (s *Shipping) applyOrderCancelled(e OrderCancelled) { s.cancelled = true }
func (s *Shipping) applyShippingArrived(ShippingArrived) { s.arrived = true }

// OrderPlaced is the first event of every order.
//
//es:event order.placed
type OrderPlaced struct {
	OrderID uuid.UUID `json:"orderId"`
}

// OrderCancelled says that the order was cancelled.
//
//es:event order.cancelled
type OrderCancelled struct{}

// ShippingArrived says that the parcel is there. It belongs to Shipping, for its
// name begins with that aggregate's.
//
//es:event shipping.arrived
type ShippingArrived struct{}

// Cart is a root with children.
//
//es:aggregate cart
//es:suppress Noted
type Cart struct {
	es.Root

	id       uuid.UUID        `es:"id"`
	delivery *Delivery        `es:"child"`
	lines    map[string]*Line `es:"child"`
}

// OpenCart starts a cart.
func OpenCart(id uuid.UUID, trackingID string) *Cart {
	c := new(Cart)
	c.record(CartOpened{CartID: id, TrackingID: trackingID})
	return c
}

// Note records an event that changes no state. It is suppressed, so it needs no
// apply method.
func (c *Cart) Note(text string) { c.record(Noted{Text: text}) }

// Add puts some of an article into the cart.
func (c *Cart) Add(sku string, quantity int) {
	if line, ok := c.lines[sku]; ok {
		line.change(line.quantity + quantity)
		return
	}
	c.record(LineAdded{SKU: sku, Quantity: quantity})
}

// Quantity is how many of an article the cart holds.
func (c *Cart) Quantity(sku string) int {
	if line, ok := c.lines[sku]; ok {
		return line.quantity
	}
	return 0
}

// Deliver goes through the root, for a child is never loaded by itself.
func (c *Cart) Deliver() error { return c.delivery.deliver() }

func (c *Cart) applyCartOpened(e CartOpened) {
	c.id = e.CartID
	c.delivery = &Delivery{trackingID: e.TrackingID}
	c.lines = map[string]*Line{}
}

func (c *Cart) applyLineAdded(e LineAdded) { c.lines[e.SKU] = &Line{sku: e.SKU, quantity: e.Quantity} }

// Delivery is a child of Cart.
//
//es:child
type Delivery struct {
	es.Child

	trackingID string
	done       bool
}

func (d *Delivery) deliver() error {
	if d.done {
		return fmt.Errorf("order: parcel %s is delivered already", d.trackingID)
	}
	d.record(Delivered{TrackingID: d.trackingID})
	return nil
}

func (d *Delivery) applyDelivered(Delivered) { d.done = true }

// Line is a child of Cart as well. A cart has many, each with an ID of its own;
// an event for a line says by a field of that type which one it means.
//
//es:child
type Line struct {
	es.Child

	sku      string `es:"id"`
	quantity int
}

func (l *Line) change(quantity int) { l.record(QuantityChanged{SKU: l.sku, Quantity: quantity}) }

func (l *Line) applyQuantityChanged(e QuantityChanged) { l.quantity = e.Quantity }

// CartOpened is the first event of every cart.
//
//es:event cart.opened
type CartOpened struct {
	CartID     uuid.UUID `json:"cartId"`
	TrackingID string    `json:"trackingId"`
}

// Noted is a remark.
//
//es:event cart.noted
type Noted struct {
	Text string `json:"text"`
}

// LineAdded says that an article is in the cart for the first time.
//
//es:event cart.line_added
type LineAdded struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// QuantityChanged says how many of an article the cart holds now.
//
//es:event cart.quantity_changed
type QuantityChanged struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// Delivered says that the cart's parcel was delivered.
//
//es:event cart.delivered
type Delivered struct {
	TrackingID string `json:"trackingId"`
}
