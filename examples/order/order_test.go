package order_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/examples/order"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/es/estest"
	"github.com/esgen/esgen/runtime/memory"
)

var id = uuid.MustParse("0196896a-8b00-7000-8000-000000000001")

func TestShippingSeesTheOrdersEvents(t *testing.T) {
	estest.For(t, order.NewShippingRepository).
		Given(order.OrderPlaced{OrderID: id}).
		When((*order.Shipping).Arrive).
		Then(order.ShippingArrived{})

	estest.For(t, order.NewShippingRepository).
		Given(order.OrderPlaced{OrderID: id}, order.OrderCancelled{}).
		When((*order.Shipping).Arrive).
		ThenError(order.ErrCancelled)

	estest.For(t, order.NewOrderRepository).
		Given(order.OrderPlaced{OrderID: id}, order.ShippingArrived{}).
		When((*order.Order).Cancel).
		Then(order.OrderCancelled{})
}

func TestSiblingsShareAVersion(t *testing.T) {
	store := memory.New()
	orders, shippings := order.NewOrderRepository(store), order.NewShippingRepository(store)
	if err := orders.Save(t.Context(), order.Place(id)); err != nil {
		t.Fatal(err)
	}
	stale, err := shippings.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := orders.Update(t.Context(), id, (*order.Order).Cancel); err != nil {
		t.Fatal(err)
	}
	if err := stale.Arrive(); err != nil {
		t.Fatal(err)
	}
	if err := shippings.Save(t.Context(), stale); !errors.Is(err, es.ErrConflict) {
		t.Fatalf("a parcel of a cancelled order arrived: %v", err)
	}
}

func TestChildren(t *testing.T) {
	opened := order.CartOpened{CartID: id, TrackingID: "track-1"}

	estest.For(t, order.NewCartRepository).
		Given(opened, order.LineAdded{SKU: "pen", Quantity: 1}, order.LineAdded{SKU: "ink", Quantity: 1}).
		When(func(c *order.Cart) error { c.Add("pen", 2); c.Note("a gift"); return c.Deliver() }).
		Then(order.QuantityChanged{SKU: "pen", Quantity: 3}, order.Noted{Text: "a gift"}, order.Delivered{TrackingID: "track-1"}).
		ThenState(func(c *order.Cart) {
			if c.Quantity("pen") != 3 || c.Quantity("ink") != 1 || c.Quantity("nib") != 0 {
				t.Errorf("%d pens, %d inks", c.Quantity("pen"), c.Quantity("ink"))
			}
		})

	estest.For(t, order.NewCartRepository).
		Given(opened).
		When(func(c *order.Cart) error { return errors.Join(c.Deliver(), c.Deliver()) }).
		ThenState(func(c *order.Cart) {
			if c.Version() != 2 {
				t.Errorf("version %d: delivered twice", c.Version())
			}
		})
}

// What children record stands in the stream of their root, in order.
func TestAChildsEventsAreInTheRootsStream(t *testing.T) {
	carts := order.NewCartRepository(memory.New())
	if err := carts.Save(t.Context(), order.OpenCart(id, "track-1")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time with children that came out of a load
		if err := carts.Update(t.Context(), id, func(c *order.Cart) error { c.Add("pen", 1); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	var types []string
	for e, err := range carts.History(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		types = append(types, e.Type)
	}
	if want := []string{"cart.opened", "cart.line_added", "cart.quantity_changed"}; !slices.Equal(types, want) {
		t.Fatalf("%v, want %v", types, want)
	}
}
