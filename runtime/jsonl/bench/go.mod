module github.com/esgen/esgen/runtime/jsonl/bench

go 1.26.0

replace github.com/esgen/esgen => ../../..

require (
	github.com/bytedance/sonic v1.15.5
	github.com/esgen/esgen v0.0.0
	github.com/goccy/go-json v0.12.0
	github.com/google/uuid v1.6.0
	github.com/segmentio/encoding v0.5.4
	golang.org/x/sys v0.49.0
)

require (
	github.com/bytedance/gopkg v0.1.3 // indirect
	github.com/bytedance/sonic/loader v0.5.3 // indirect
	github.com/cloudwego/base64x v0.1.6 // indirect
	github.com/klauspost/cpuid/v2 v2.2.9 // indirect
	github.com/segmentio/asm v1.2.1 // indirect
	github.com/stretchr/testify v1.11.1 // indirect
	github.com/twitchyliquid64/golang-asm v0.15.1 // indirect
	golang.org/x/arch v0.0.0-20210923205945-b76863e36670 // indirect
)
