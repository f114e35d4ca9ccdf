package es

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"
)

// Metadata is what is known of an event beside the event: where it came from,
// and whatever else the caller notes.
type Metadata struct {
	// CorrelationID is shared by all that one request set off, CausationID names
	// the message that led to this event, CommandID the command.
	CorrelationID string `json:"correlationId,omitempty"`
	CausationID   string `json:"causationId,omitempty"`
	CommandID     string `json:"commandId,omitempty"`
	// Headers are the caller's own.
	Headers map[string]string `json:"headers,omitempty"`
}

type metadataKey struct{}

// ContextWithMetadata gives a context whose saves bear md. What ctx bears
// already stays, unless md says otherwise.
func ContextWithMetadata(ctx context.Context, md Metadata) context.Context {
	return context.WithValue(ctx, metadataKey{}, MetadataFromContext(ctx).merge(md))
}

// MetadataFromContext is the metadata that ctx bears. Its headers must not be
// changed.
func MetadataFromContext(ctx context.Context) Metadata {
	md, _ := ctx.Value(metadataKey{}).(Metadata)
	return md
}

// merge gives md with all that over says in its place. Neither is changed.
func (md Metadata) merge(over Metadata) Metadata {
	if over.CorrelationID != "" {
		md.CorrelationID = over.CorrelationID
	}
	if over.CausationID != "" {
		md.CausationID = over.CausationID
	}
	if over.CommandID != "" {
		md.CommandID = over.CommandID
	}
	if len(over.Headers) > 0 {
		headers := maps.Clone(md.Headers)
		if headers == nil {
			headers = make(map[string]string, len(over.Headers))
		}
		maps.Copy(headers, over.Headers)
		md.Headers = headers
	}
	return md
}

func (md Metadata) isZero() bool {
	return md.CorrelationID == "" && md.CausationID == "" && md.CommandID == "" && len(md.Headers) == 0
}

// DecodeMetadata decodes the metadata of a stored event. The result shares
// nothing with b.
func DecodeMetadata(b []byte) (Metadata, error) {
	var md Metadata
	if len(b) == 0 {
		return md, nil
	}
	if md, ok := decodeOwn(b); ok {
		return md, nil
	}
	if err := json.Unmarshal(b, &md); err != nil {
		return Metadata{}, fmt.Errorf("%w: metadata: %v", ErrCorrupt, err)
	}
	return md, nil
}

// decodeOwn decodes what encode writes, where nothing had to be escaped: a replay
// decodes metadata as often as events, and encoding/json takes longer for it than all
// the rest. Of anything else it says that it is not ok.
func decodeOwn(b []byte) (md Metadata, ok bool) {
	if !utf8.Valid(b) {
		return Metadata{}, false
	}
	// The texts are parts of one copy.
	rest, ok := strings.CutPrefix(string(b), "{")
	for ok {
		var name string
		if name, rest, ok = cutMember(rest); !ok {
			break
		}
		switch name {
		case "correlationId":
			md.CorrelationID, rest, ok = cutText(rest)
		case "causationId":
			md.CausationID, rest, ok = cutText(rest)
		case "commandId":
			md.CommandID, rest, ok = cutText(rest)
		case "headers":
			if md.Headers != nil {
				return Metadata{}, false
			}
			md.Headers, rest, ok = cutHeaders(rest)
		default:
			return Metadata{}, false
		}
		if rest == "}" {
			return md, ok
		}
		if ok {
			rest, ok = strings.CutPrefix(rest, ",")
		}
	}
	return Metadata{}, false
}

// cutMember cuts the name of a member and its colon off the front of s.
func cutMember(s string) (name, rest string, ok bool) {
	if name, rest, ok = cutText(s); ok {
		rest, ok = strings.CutPrefix(rest, ":")
	}
	return name, rest, ok
}

// cutText cuts a string without escapes off the front of s.
func cutText(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", s, false
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return s[1:i], s[i+1:], true
		case c == '\\' || c < ' ':
			return "", s, false
		}
	}
	return "", s, false
}

// cutHeaders cuts an object of strings off the front of s.
func cutHeaders(s string) (headers map[string]string, rest string, ok bool) {
	if rest, ok = strings.CutPrefix(s, "{"); !ok {
		return nil, s, false
	}
	headers = make(map[string]string)
	if rest, empty := strings.CutPrefix(rest, "}"); empty {
		return headers, rest, true
	}
	for {
		var name, text string
		if name, rest, ok = cutMember(rest); !ok {
			return nil, s, false
		}
		if text, rest, ok = cutText(rest); !ok || rest == "" {
			return nil, s, false
		}
		headers[name] = text
		switch rest[0] {
		case '}':
			return headers, rest[1:], true
		case ',':
			rest = rest[1:]
		default:
			return nil, s, false
		}
	}
}
