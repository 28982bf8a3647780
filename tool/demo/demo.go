// Package demo is the demonstration chain: what a first start fills an empty system with. It goes through the
// services like everybody else, knows no database, and every step of it can be repeated: ids are derived from names,
// so that a Fill that was killed completes the next time instead of doubling.
package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"coffee/internal/errs"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
	loginpb "coffee/proto/coffee/login/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

// Origin marks what belongs to the demonstration: the cafés' origin and the source of their past orders.
const Origin = "demonstration"

// AdminUsername is who signs in at head office.
const AdminUsername = "owner"

// Days is how many full business days of sales each café gets; the one that runs comes on top, as far as it is.
const Days = 14

// Services are the services' clients, authenticated as operator.
type Services struct {
	Cafe       cafepb.CafeServiceClient
	Login      loginpb.LoginServiceClient
	AdminLogin adminloginpb.AdminLoginServiceClient
	Menu       menupb.MenuServiceClient
	Inventory  inventorypb.InventoryServiceClient
	Order      orderpb.OrderServiceClient
}

// Options is what differs from one chain to the next. A Fill is completed by another one with the same Seed and
// AdminPassword.
type Options struct {
	Now           time.Time
	Seed          uint64
	AdminPassword string
	// Progress, if set, is told what is being done, in words. It may be called by several goroutines, one at a time.
	Progress func(string)
}

// FirstRun is how to sign in: what data/first-run.json holds. URL and Gateway are the caller's to fill in.
type FirstRun struct {
	URL     string     `json:"url"`
	Gateway string     `json:"gateway"`
	Admin   FirstAdmin `json:"admin"`
	Cafes   []Cafe     `json:"cafes"`
}

// FirstAdmin is head office's account.
type FirstAdmin struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// Cafe is one café's access code and people.
type Cafe struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	AccessCode string   `json:"access_code"`
	People     []Person `json:"people"`
}

// Person is one person's sign-in.
type Person struct {
	Name string `json:"name"`
	Role string `json:"role"`
	PIN  string `json:"pin"`
}

// namespace is the root of all ids of the demonstration.
var namespace = uuid.MustParse("6f1d7d0e-7a51-8c3b-9d7e-2b5e0c0ffee0")

// ID is the id (UUIDv8) of something of the demonstration, by its kind and name.
func ID(kind, name string) string {
	return uuid.NewHash(sha256.New(), namespace, []byte(kind+"/"+name), 8).String()
}

// filler is one Fill.
type filler struct {
	Services
	Options
	say chan<- string
}

func (f *filler) progress(format string, args ...any) { f.say <- fmt.Sprintf(format, args...) }

// there tells that something is there in other words: a Fill of another version, which was killed, wrote it.
func there(err error) bool { return errs.HasCode(err, "version_conflict") }

// Fill makes the demonstration chain, or completes it: cafés, people and codes, the admin, menu, recipes, opening
// stock, and two weeks of sales until now. What is there already stays; access codes and PINs are drawn anew, because nobody
// can read the old ones. Errors are those of the services, with the step that failed.
func Fill(ctx context.Context, services Services, options Options) (FirstRun, error) {
	say, told := make(chan string), make(chan struct{})
	go func() {
		defer close(told)
		for text := range say {
			if options.Progress != nil {
				options.Progress(text)
			}
		}
	}()
	f := &filler{services, options, say}
	run, err := f.fill(ctx)
	close(say)
	<-told
	return run, err
}

func (f *filler) fill(ctx context.Context) (FirstRun, error) {
	f.progress("opening %d cafés", len(cafes))
	for _, c := range cafes {
		if _, err := f.Cafe.PutCafe(ctx, c.request()); err != nil && !there(err) {
			return FirstRun{}, fmt.Errorf("café %s: %w", c.name, err)
		}
	}
	run := FirstRun{
		Admin: FirstAdmin{Username: AdminUsername, Password: f.AdminPassword},
		Cafes: make([]Cafe, len(cafes)),
	}
	// Drawing a PIN is costly on purpose (argon2), so people are hired while the menu is written.
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := f.admin(ctx); err != nil {
			return err
		}
		f.progress("hiring people")
		for i, c := range cafes {
			var err error
			if run.Cafes[i], err = f.people(ctx, c); err != nil {
				return fmt.Errorf("people of %s: %w", c.name, err)
			}
		}
		return nil
	})
	group.Go(func() error {
		if err := f.menu(ctx); err != nil {
			return err
		}
		return f.sales(ctx)
	})
	group.Go(func() error { return f.goods(ctx) })
	if err := group.Wait(); err != nil {
		return FirstRun{}, err
	}
	return run, nil
}
