package menu_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	menupb "coffee/proto/coffee/menu/v1"
)

// audited fails unless the audit has so many entries of each action.
func (c *chain) audited(want map[string]int) {
	c.t.Helper()
	for action, n := range want {
		var got int
		err := c.db.Read().QueryRowContext(c.t.Context(), "SELECT COUNT(*) FROM audit WHERE action = ? AND actor <> ''", action).Scan(&got)
		if err != nil || got != n {
			c.t.Errorf("%d audit entries of %s, want %d (%v)", got, action, n, err)
		}
	}
}

func TestPutItem(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		ctx := t.Context()
		made := must[*menupb.Item](t)(c.admin.PutItem(ctx, latteItem()))
		if made.GetVersion() != 1 || made.GetTaxCode() != "standard" || fmt.Sprint(made.GetPriceWindows()[0].GetWeekdays()) != "[1 5]" {
			t.Errorf("made %v", made)
		}
		if again := must[*menupb.Item](t)(c.admin.PutItem(ctx, latteItem())); !proto.Equal(again, made) {
			t.Errorf("a retry made %v", again)
		}
		upper := latteItem()
		upper.Id = strings.ToUpper(upper.GetId())
		if again := must[*menupb.Item](t)(c.admin.PutItem(ctx, upper)); !proto.Equal(again, made) {
			t.Errorf("the same id in capitals made %v", again)
		}
		other := latteItem()
		other.Name = "Flat white"
		_, err := c.admin.PutItem(ctx, other)
		if e := refusal(t, err, "version_conflict"); e.Params["version"] != "1" {
			t.Errorf("the conflict names version %q", e.Params["version"])
		}
		other.Version = 1
		edited := must[*menupb.Item](t)(c.admin.PutItem(ctx, other))
		if edited.GetVersion() != 2 || edited.GetName() != "Flat white" {
			t.Errorf("edited %v", edited)
		}
		if again := must[*menupb.Item](t)(c.admin.PutItem(ctx, other)); !proto.Equal(again, edited) {
			t.Errorf("the retry of an edit made %v", again)
		}
		stale := latteItem()
		stale.Version = 1
		_, err = c.admin.PutItem(ctx, stale)
		refused(t, err, "version_conflict")
		missing := croissantItem()
		missing.Version = 3
		_, err = c.admin.PutItem(ctx, missing)
		refused(t, err, "not_found")
		got := must[*menupb.Item](t)(c.admin.GetItem(ctx, &menupb.GetItemRequest{Id: latte}))
		if !proto.Equal(got, edited) {
			t.Errorf("stored %v", got)
		}
		_, err = c.admin.GetItem(ctx, &menupb.GetItemRequest{Id: croissant})
		refused(t, err, "not_found")
		c.audited(map[string]int{"put_item": 2})
	})
}

func TestPutRefusesWhatDoesNotFit(t *testing.T) {
	c := newChain(t, db.SQLite)
	ctx := t.Context()
	item := func(change func(*menupb.PutItemRequest)) error {
		r := latteItem()
		change(r)
		_, err := c.admin.PutItem(ctx, r)
		return err
	}
	group := func(change func(*menupb.PutModifierGroupRequest)) error {
		r := milkGroup()
		change(r)
		_, err := c.admin.PutModifierGroup(ctx, r)
		return err
	}
	combo := func(change func(*menupb.PutComboRequest)) error {
		r := breakfastCombo()
		change(r)
		_, err := c.admin.PutCombo(ctx, r)
		return err
	}
	for name, test := range map[string]struct {
		err         error
		code, field string
	}{
		"no name":       {item(func(r *menupb.PutItemRequest) { r.Name = "" }), "invalid_request", "name"},
		"no size":       {item(func(r *menupb.PutItemRequest) { r.Variations = nil }), "invalid_request", "variations"},
		"no id":         {item(func(r *menupb.PutItemRequest) { r.Id = "latte" }), "invalid_request", "id"},
		"station":       {item(func(r *menupb.PutItemRequest) { r.Station = "roof" }), "invalid_request", "station"},
		"huge price":    {item(func(r *menupb.PutItemRequest) { r.Variations[0].Prices[0].Amount = 1 << 60 }), "invalid_request", "variations[0].prices[0].amount"},
		"price below 0": {item(func(r *menupb.PutItemRequest) { r.Variations[0].Prices[0].Amount = -1 }), "invalid_item", "variations[0].prices[0].amount"},
		"window":        {item(func(r *menupb.PutItemRequest) { r.PriceWindows[0].ToMinute = 10 }), "invalid_item", "price_windows[0].to_minute"},
		"min over max":  {group(func(r *menupb.PutModifierGroupRequest) { r.Min = 3 }), "invalid_modifier_group", "min"},
		"slot twice":    {combo(func(r *menupb.PutComboRequest) { r.Slots[1].Id = slotCup }), "invalid_combo", "slots[1].id"},
		"no slot":       {combo(func(r *menupb.PutComboRequest) { r.Slots = nil }), "invalid_request", "slots"},
	} {
		e := refusal(t, test.err, test.code)
		if e.Fields[0].Path != test.field {
			t.Errorf("%s: the field is %q, want %q", name, e.Fields[0].Path, test.field)
		}
	}
	c.audited(map[string]int{"put_item": 0, "put_modifier_group": 0, "put_combo": 0})
}

func TestArchive(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		ctx := t.Context()
		c.draft()
		_, err := c.admin.ArchiveCategory(ctx, &menupb.ArchiveCategoryRequest{Id: hot})
		if e := refusal(t, err, "category_in_use"); !strings.Contains(e.Detail, "Latte") {
			t.Errorf("it does not say by what: %q", e.Detail)
		}
		_, err = c.admin.ArchiveModifierGroup(ctx, &menupb.ArchiveModifierGroupRequest{Id: milk})
		refused(t, err, "modifier_group_in_use")
		_, err = c.admin.ArchiveItem(ctx, &menupb.ArchiveItemRequest{Id: id(2, 9)})
		refused(t, err, "not_found")

		gone := must[*menupb.Item](t)(c.admin.ArchiveItem(ctx, &menupb.ArchiveItemRequest{Id: latte}))
		if gone.GetArchivedAt() == nil || gone.GetVersion() != 2 {
			t.Errorf("archived %v", gone)
		}
		if again := must[*menupb.Item](t)(c.admin.ArchiveItem(ctx, &menupb.ArchiveItemRequest{Id: latte})); !proto.Equal(gone, again) {
			t.Errorf("archived again %v", again)
		}
		edit := latteItem()
		edit.Version, edit.Name = 2, "Back"
		_, err = c.admin.PutItem(ctx, edit)
		refused(t, err, "archived")
		// The combo still needs the latte: publishing says so.
		_, err = c.admin.Publish(c.keyed(), &menupb.PublishRequest{})
		refused(t, err, "draft_invalid")
		must[*menupb.Combo](t)(c.admin.ArchiveCombo(ctx, &menupb.ArchiveComboRequest{Id: breakfast}))
		must[*menupb.ModifierGroup](t)(c.admin.ArchiveModifierGroup(ctx, &menupb.ArchiveModifierGroupRequest{Id: milk}))
		must[*menupb.Category](t)(c.admin.ArchiveCategory(ctx, &menupb.ArchiveCategoryRequest{Id: hot}))
		c.publish("now")
		if m := c.menu(casa, 0); len(m.GetItems()) != 1 || len(m.GetCategories()) != 1 || len(m.GetModifierGroups()) != 0 || len(m.GetCombos()) != 0 {
			t.Errorf("what is archived is sold: %v", m)
		}
		for _, archived := range []bool{false, true} {
			want := map[bool]int{false: 0, true: 1}[archived]
			categories := must[*menupb.ListCategoriesResponse](t)(c.admin.ListCategories(ctx, &menupb.ListCategoriesRequest{IncludeArchived: archived}))
			groups := must[*menupb.ListModifierGroupsResponse](t)(c.admin.ListModifierGroups(ctx, &menupb.ListModifierGroupsRequest{IncludeArchived: archived}))
			combos := must[*menupb.ListCombosResponse](t)(c.admin.ListCombos(ctx, &menupb.ListCombosRequest{IncludeArchived: archived}))
			items := must[*menupb.ListItemsResponse](t)(c.admin.ListItems(ctx, &menupb.ListItemsRequest{IncludeArchived: archived}))
			if len(categories.GetCategories()) != 1+want || len(groups.GetModifierGroups()) != want ||
				len(combos.GetCombos()) != want || len(items.GetItems()) != 1+want {
				t.Errorf("archived %v: %v %v %v %v", archived, categories, groups, combos, items)
			}
		}
		c.audited(map[string]int{"archive_item": 1, "archive_combo": 1, "archive_modifier_group": 1, "archive_category": 1})
	})
}

func TestListItems(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		ctx := t.Context()
		for n, name := range []string{"Flat white", "latte", "LATTE macchiato", "50% dark_hot!", "Café ☕ crème", "Élan", "élan vital"} {
			item := croissantItem()
			item.Id, item.Name, item.Rank, item.CategoryId = id(2, 10+n), name, int32(n%2), id(1, 1+n%2)
			item.Variations[0].Id = id(3, 10+n)
			must[*menupb.Item](t)(c.admin.PutItem(ctx, item))
		}
		list := func(r *menupb.ListItemsRequest) string {
			t.Helper()
			var names []string
			for {
				got := must[*menupb.ListItemsResponse](t)(c.admin.ListItems(ctx, r))
				for _, item := range got.GetItems() {
					names = append(names, item.GetName())
				}
				if r.Cursor = got.GetNextCursor(); r.Cursor == "" {
					return strings.Join(names, ", ")
				}
			}
		}
		for _, test := range []struct {
			request *menupb.ListItemsRequest
			want    string
		}{
			{&menupb.ListItemsRequest{}, "Café ☕ crème, Flat white, LATTE macchiato, élan vital, 50% dark_hot!, latte, Élan"},
			{&menupb.ListItemsRequest{Limit: 1}, "Café ☕ crème, Flat white, LATTE macchiato, élan vital, 50% dark_hot!, latte, Élan"},
			{&menupb.ListItemsRequest{Limit: 3}, "Café ☕ crème, Flat white, LATTE macchiato, élan vital, 50% dark_hot!, latte, Élan"},
			{&menupb.ListItemsRequest{Query: "LaTTe"}, "LATTE macchiato, latte"},
			{&menupb.ListItemsRequest{Query: "ÉLAN", Limit: 1}, "élan vital, Élan"},
			{&menupb.ListItemsRequest{Query: "☕"}, "Café ☕ crème"},
			{&menupb.ListItemsRequest{Query: "%"}, "50% dark_hot!"},
			{&menupb.ListItemsRequest{Query: "_"}, "50% dark_hot!"},
			{&menupb.ListItemsRequest{Query: "t!"}, "50% dark_hot!"},
			{&menupb.ListItemsRequest{Query: "' OR 1=1"}, ""},
			{&menupb.ListItemsRequest{CategoryId: cold}, "50% dark_hot!, latte, Élan"},
			{&menupb.ListItemsRequest{CategoryId: cold, Query: "e"}, "latte"},
		} {
			if got := list(test.request); got != test.want {
				t.Errorf("%v:\ngot  %s\nwant %s", test.request, got, test.want)
			}
		}
		for _, cursor := range []string{"?", "e30", "bnVsbA"} { // no base64, {}, null
			_, err := c.admin.ListItems(ctx, &menupb.ListItemsRequest{Cursor: cursor})
			refused(t, err, "invalid_cursor")
		}
		_, err := c.admin.ListItems(ctx, &menupb.ListItemsRequest{CategoryId: "hot"})
		refused(t, err, "invalid_request")
		_, err = c.admin.ListItems(ctx, &menupb.ListItemsRequest{Limit: 201})
		refused(t, err, "invalid_request")
	})
}

func TestCatalogueFull(t *testing.T) {
	c := newChain(t, db.SQLite)
	ctx := t.Context()
	var wait sync.WaitGroup
	for worker := range 10 {
		wait.Go(func() {
			for n := range 51 { // 510 at once, 500 fit
				_, err := c.admin.PutCategory(ctx, &menupb.PutCategoryRequest{Id: id(1, 1+worker*51+n), Name: "C"})
				if err != nil && !errs.HasCode(err, "catalogue_full") {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	list := must[*menupb.ListCategoriesResponse](t)(c.admin.ListCategories(ctx, &menupb.ListCategoriesRequest{}))
	if len(list.GetCategories()) != 500 {
		t.Fatalf("%d categories", len(list.GetCategories()))
	}
	// Archiving one makes room, and the list never grows over its bound.
	must[*menupb.Category](t)(c.admin.ArchiveCategory(ctx, &menupb.ArchiveCategoryRequest{Id: list.GetCategories()[0].GetId()}))
	must[*menupb.Category](t)(c.admin.PutCategory(ctx, &menupb.PutCategoryRequest{Id: id(1, 9999), Name: "One more"}))
	list = must[*menupb.ListCategoriesResponse](t)(c.admin.ListCategories(ctx, &menupb.ListCategoriesRequest{IncludeArchived: true}))
	if len(list.GetCategories()) != 500 {
		t.Errorf("%d categories listed", len(list.GetCategories()))
	}
	for _, category := range list.GetCategories() {
		if category.GetArchivedAt() != nil {
			t.Error("an archived category took the place of a live one")
		}
	}
}

// Who may not: every role outside a method's rule, and another café's overlay and 86.
func TestAccess(t *testing.T) {
	c := newChain(t, db.SQLite)
	c.draft()
	c.publish("now")
	ctx := c.keyed()
	device := id(9, 2)
	callers := map[string]rpc.Caller{
		"anonymous": {}, "customer": rpctest.Customer(id(9, 1)),
		"counter": rpctest.Device(device, "counter", casa), "board": rpctest.Device(device, "board", casa),
		"barista": rpctest.Person(id(9, 3), "barista", casa, device), "lead": rpctest.Person(id(9, 4), "lead", casa, device),
		"manager": rpctest.Person(id(9, 5), "manager", casa, device), "admin": rpctest.Admin(adminID),
	}
	calls := map[string]struct {
		may  string
		call func(m menupb.MenuServiceClient) error
	}{
		"PutCategory": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.PutCategory(ctx, &menupb.PutCategoryRequest{Id: hot, Name: "Hot", Rank: 1})
			return err
		}},
		"PutItem": {"admin", func(m menupb.MenuServiceClient) error { _, err := m.PutItem(ctx, latteItem()); return err }},
		"GetItem": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.GetItem(ctx, &menupb.GetItemRequest{Id: latte})
			return err
		}},
		"ListItems": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.ListItems(ctx, &menupb.ListItemsRequest{})
			return err
		}},
		"DiffDraft": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.DiffDraft(ctx, &menupb.DiffDraftRequest{})
			return err
		}},
		"ListCategories": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.ListCategories(ctx, &menupb.ListCategoriesRequest{})
			return err
		}},
		"ListCombos": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.ListCombos(ctx, &menupb.ListCombosRequest{})
			return err
		}},
		"ListModifierGroups": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.ListModifierGroups(ctx, &menupb.ListModifierGroupsRequest{})
			return err
		}},
		"ListReleases": {"admin manager", func(m menupb.MenuServiceClient) error {
			_, err := m.ListReleases(ctx, &menupb.ListReleasesRequest{})
			return err
		}},
		"GetOverlay": {"admin manager", func(m menupb.MenuServiceClient) error {
			_, err := m.GetOverlay(ctx, &menupb.GetOverlayRequest{CafeId: casa})
			return err
		}},
		"SetSoldOut": {"admin manager lead barista", func(m menupb.MenuServiceClient) error {
			_, err := m.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte})
			return err
		}},
		"ClearSoldOut": {"admin manager lead barista", func(m menupb.MenuServiceClient) error {
			_, err := m.ClearSoldOut(ctx, &menupb.ClearSoldOutRequest{CafeId: casa, Kind: "item", Id: latte})
			return err
		}},
		"ListSoldOut": {"admin manager lead barista counter board", func(m menupb.MenuServiceClient) error {
			_, err := m.ListSoldOut(ctx, &menupb.ListSoldOutRequest{CafeId: casa})
			return err
		}},
		"GetMenu": {"anonymous customer counter board barista lead manager admin", func(m menupb.MenuServiceClient) error {
			_, err := m.GetMenu(ctx, &menupb.GetMenuRequest{CafeId: casa})
			return err
		}},
		"overlay of another café": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.GetOverlay(ctx, &menupb.GetOverlayRequest{CafeId: paris})
			return err
		}},
		"86 of another café": {"admin", func(m menupb.MenuServiceClient) error {
			_, err := m.ListSoldOut(ctx, &menupb.ListSoldOutRequest{CafeId: paris})
			return err
		}},
	}
	for name, call := range calls {
		for role, caller := range callers {
			err := call.call(c.as(caller))
			may := strings.Contains(" "+call.may+" ", " "+role+" ")
			denied := errs.IsKind(err, errs.KindForbidden) || errs.IsKind(err, errs.KindUnauthenticated) || errs.IsKind(err, errs.KindNotFound)
			if may && err != nil || !may && !denied {
				t.Errorf("%s as %s: %v", name, role, err)
			}
		}
	}
}
