package es

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
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

// encode gives the JSON object that is stored, nil where there is nothing to say.
func (md Metadata) encode() ([]byte, error) {
	if md.isZero() {
		return nil, nil
	}
	if err := md.checkUTF8(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(md); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// checkUTF8 refuses what encoding/json would change without a word.
func (md Metadata) checkUTF8() error {
	for _, s := range []string{md.CorrelationID, md.CausationID, md.CommandID} {
		if !utf8.ValidString(s) {
			return fmt.Errorf("metadata %q is not UTF-8", s)
		}
	}
	for key, value := range md.Headers {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return fmt.Errorf("metadata header %q is not UTF-8", key)
		}
	}
	return nil
}

// DecodeMetadata decodes the metadata of a stored event. The result shares
// nothing with b.
func DecodeMetadata(b []byte) (Metadata, error) {
	var md Metadata
	if len(b) == 0 {
		return md, nil
	}
	if err := json.Unmarshal(b, &md); err != nil {
		return Metadata{}, fmt.Errorf("%w: metadata: %v", ErrCorrupt, err)
	}
	return md, nil
}
