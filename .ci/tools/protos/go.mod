// Where proto/generate takes other people's .proto files from. No Go code is
// built from this module; it pins the versions and go.sum their checksums.
module coffee/ci/tools/protos

go 1.26.0

require (
	github.com/bufbuild/protovalidate v1.2.2 // buf/validate/validate.proto
	github.com/google/gnostic v0.7.1 // google/api/field_behavior.proto
	github.com/grpc-ecosystem/grpc-gateway v1.16.0 // google/api/{annotations,http,httpbody}.proto
)
