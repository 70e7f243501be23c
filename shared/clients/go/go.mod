module waybill.example/client

go 1.19

// The versions that it was tried with; newer ones do. `go mod tidy` adds what they need.
require (
	github.com/aws/aws-sdk-go-v2 v1.17.1
	github.com/aws/aws-sdk-go-v2/config v1.17.10
	github.com/aws/aws-sdk-go-v2/service/eventbridge v1.16.17
	github.com/aws/smithy-go v1.13.3
)
