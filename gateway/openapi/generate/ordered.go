package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// object is a JSON object that keeps the order of its members: the order of the contracts, which readers expect.
type object struct {
	names  []string
	values map[string]any // *object, []any, string, json.Number, bool, nil
}

func newObject(pairs ...any) *object {
	o := &object{values: map[string]any{}}
	for i := 0; i < len(pairs); i += 2 {
		o.set(pairs[i].(string), pairs[i+1])
	}
	return o
}

func (o *object) set(name string, value any) {
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

func (o *object) drop(names ...string) {
	for _, name := range names {
		delete(o.values, name)
	}
	o.names = slices.DeleteFunc(o.names, func(n string) bool { return slices.Contains(names, n) })
}

// at follows names down to an object; nil when there is none.
func (o *object) at(names ...string) *object {
	for _, name := range names {
		if o == nil {
			return nil
		}
		o, _ = o.values[name].(*object)
	}
	return o
}

func (o *object) text(name string) string {
	s, _ := o.values[name].(string)
	return s
}

// need is at for what must be there: it makes what is missing.
func (o *object) need(name string) *object {
	if inner := o.at(name); inner != nil {
		return inner
	}
	inner := newObject()
	o.set(name, inner)
	return inner
}

// each visits every object below v, v itself first.
func each(v any, visit func(*object)) {
	switch v := v.(type) {
	case *object:
		visit(v)
		for _, name := range slices.Clone(v.names) {
			each(v.values[name], visit)
		}
	case []any:
		for _, element := range v {
			each(element, visit)
		}
	}
}

func parse(data []byte) (*object, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := value(d)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*object)
	if !ok {
		return nil, fmt.Errorf("the document is no object")
	}
	return o, nil
}

func value(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		o := newObject()
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := value(d)
			if err != nil {
				return nil, err
			}
			o.set(name.(string), v)
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := value(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	return token, nil
}

// MarshalJSON writes the members in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	write := func(v any) error {
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		err := e.Encode(v)
		out.Truncate(len(bytes.TrimRight(out.Bytes(), "\n")))
		return err
	}
	out.WriteByte('{')
	for i, name := range o.names {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := write(name); err != nil {
			return nil, err
		}
		out.WriteByte(':')
		if err := write(o.values[name]); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
