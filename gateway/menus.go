package gateway

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"coffee/internal/errs"
	menupb "coffee/proto/coffee/menu/v1"
)

// menusKept bounds the memory: so many cafés' menus at once, of some 20 KB each.
const menusKept = 1000

// menus is a connection to the menu service that keeps the last menu of each café. Without the service people go on
// reading what was read a moment ago, and order from it: the order service keeps its releases, too.
type menus struct {
	grpc.ClientConnInterface

	mu   sync.Mutex
	kept map[string]*menupb.Menu // by café and release
}

// Invoke makes a call; an old menu is better than none.
func (m *menus) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	err := m.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
	asked, isMenu := args.(*menupb.GetMenuRequest)
	menu, answered := reply.(*menupb.Menu)
	if !isMenu || !answered {
		return err
	}
	key := fmt.Sprint(asked.GetCafeId(), " ", asked.GetRelease())
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.kept[key]
	e, known := errs.As(err)
	switch {
	case err == nil:
		if old == nil && len(m.kept) >= menusKept {
			for other := range m.kept {
				delete(m.kept, other) // any: the map gives them in no order
				break
			}
		}
		m.kept[key] = menu // nobody changes an answer
	case known && e.Kind == errs.KindUnavailable && old != nil:
		proto.Reset(menu)
		proto.Merge(menu, old)
		return nil
	case known && e.Kind == errs.KindNotFound:
		delete(m.kept, key)
	}
	return err
}
