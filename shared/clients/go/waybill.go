// Publishes order events to Waybill: by HTTP with SigV4 or a webhook's signature, or on EventBridge's bus.
//
// Go 1.19 or later with the AWS SDK for Go v2; a signed webhook needs no module. Copy what you need of it.
//
//	go run . iam|webhook|bus < outbox.jsonl
//
// takes the rows of an outbox, {"id": ..., "body": ...} a line, and prints what became of each. How an outbox is
// written, and why: README.md beside this folder.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"
)

const (
	attempts     = 6
	firstPause   = 500 * time.Millisecond
	longestPause = 20 * time.Second
	timeout      = 10 * time.Second
	mediaType    = "application/cloudevents+json"
)

// Row is a row of the outbox, written in the transaction that changed the order. Every attempt sends the same bytes
// under the same id: what was stored already is answered as a duplicate, and nobody is mailed twice.
type Row struct {
	ID   string `json:"id"`
	Body string `json:"body"`
}

type Outcome string

const (
	Stored  Outcome = "stored"  // delete the row
	Refused Outcome = "refused" // no attempt will change that: keep the row, and tell somebody
	Later   Outcome = "later"   // keep the row; the next run sends it again
)

// attempt is what one attempt showed: the outcome, why, and the shortest pause before the next.
type attempt struct {
	outcome Outcome
	why     string
	atLeast time.Duration
}

// untilKnown attempts until the outcome is known, with pauses that grow, each of a random length: clients that failed
// together do not come back together.
func untilKnown(row Row, try func() attempt) Outcome {
	for number := 1; ; number++ {
		tried := try()
		if tried.outcome != Later || number == attempts {
			return tried.outcome
		}
		most := firstPause << number
		if most > longestPause {
			most = longestPause
		}
		pause := time.Duration(rand.Int63n(int64(most)))
		if pause < tried.atLeast {
			pause = tried.atLeast
		}
		log.Printf("row %s: attempt %d failed (%s); again in %s", row.ID, number, tried.why, pause.Round(time.Millisecond))
		time.Sleep(pause)
	}
}

// Sign sets the headers of one attempt.
type Sign func(Row, *http.Request) error

var client = &http.Client{
	Timeout: timeout,
	// A redirected POST would be sent without its body.
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Post publishes over HTTP.
func Post(row Row, url string, sign Sign) Outcome {
	return untilKnown(row, func() attempt {
		request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(row.Body))
		if err != nil {
			return attempt{Refused, err.Error(), 0}
		}
		request.Header.Set("content-type", mediaType)
		if err := sign(row, request); err != nil {
			return attempt{Later, "no credentials", 0}
		}
		answer, err := client.Do(request)
		if err != nil {
			// Perhaps it was stored and the answer was lost.
			return attempt{Later, "no answer", 0}
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500 {
			after, _ := strconv.Atoi(answer.Header.Get("retry-after"))
			return attempt{Later, answer.Status, time.Duration(after) * time.Second}
		}
		return attempt{logAnswer(row, answer.StatusCode, text), answer.Status, 0}
	})
}

type field struct{ Pointer, Detail string }

// logAnswer logs what a developer needs, and no more: `source`, `id` and the order's id may hold a customer's address.
func logAnswer(row Row, status int, text []byte) Outcome {
	var answer struct {
		Title   string
		Errors  []field
		Results []struct {
			Result        string
			CorrelationID string `json:"correlation_id"`
			Warnings      []field
		}
	}
	_ = json.Unmarshal(text, &answer) // whatever is between may answer without JSON
	if status != http.StatusAccepted {
		log.Printf("row %s: %d, refused: %s", row.ID, status, answer.Title)
	}
	for _, bad := range answer.Errors {
		log.Printf("row %s: %s: %s", row.ID, bad.Pointer, bad.Detail)
	}
	for _, result := range answer.Results {
		log.Printf("row %s: %s, correlation id %s", row.ID, result.Result, result.CorrelationID)
		for _, warning := range result.Warnings {
			log.Printf("row %s: %s: %s", row.ID, warning.Pointer, warning.Detail)
		}
	}
	if status == http.StatusAccepted {
		return Stored
	}
	return Refused
}

// SigV4 signs for a Function URL; the service is execute-api behind API Gateway. Signed anew for each attempt, since a
// signature counts for five minutes and credentials are renewed.
func SigV4(config aws.Config, service string) Sign {
	signer := v4.NewSigner()
	return func(row Row, request *http.Request) error {
		credentials, err := config.Credentials.Retrieve(request.Context())
		if err != nil {
			return err
		}
		hash := sha256.Sum256([]byte(row.Body))
		digest := hex.EncodeToString(hash[:])
		return signer.SignHTTP(request.Context(), credentials, request, digest, service, config.Region, time.Now())
	}
}

// Webhook signs by Standard Webhooks: the id is the row's in every attempt, the time is that of the attempt.
func Webhook(secret string) (Sign, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return nil, errors.New("the secret is not base64")
	}
	return func(row Row, request *http.Request) error {
		at := strconv.FormatInt(time.Now().Unix(), 10)
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(row.ID + "." + at + "." + row.Body))
		request.Header.Set("webhook-id", row.ID)
		request.Header.Set("webhook-timestamp", at)
		request.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		return nil
	}, nil
}

// Put publishes on the bus. Nobody waits for intake there: what it refuses is in the inbox's dead-letter queue.
func Put(row Row, bus string, events *eventbridge.Client) Outcome {
	var event struct{ Source, Type string }
	if err := json.Unmarshal([]byte(row.Body), &event); err != nil {
		return Refused
	}
	entry := types.PutEventsRequestEntry{
		EventBusName: aws.String(bus), Source: &event.Source, DetailType: &event.Type, Detail: &row.Body,
	}
	return untilKnown(row, func() attempt {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		answer, err := events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}})
		var refusal smithy.APIError
		code, isServers := "", false
		switch {
		case errors.As(err, &refusal):
			code, isServers = refusal.ErrorCode(), refusal.ErrorFault() == smithy.FaultServer
		case err != nil:
			return attempt{Later, "no answer", 0}
		default:
			// EventBridge answers 200 also for an entry that it did not take.
			code = aws.ToString(answer.Entries[0].ErrorCode)
		}
		if code == "" {
			return attempt{Stored, "", 0}
		}
		log.Printf("row %s: EventBridge did not take it: %s", row.ID, code)
		if isServers || strings.Contains(code, "Throttl") || strings.HasPrefix(code, "Internal") {
			return attempt{Later, code, 0}
		}
		return attempt{Refused, code, 0}
	})
}

func publisher(way string) (func(Row) Outcome, error) {
	loaded, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		return nil, err
	}
	url := os.Getenv("WAYBILL_URL")
	switch way {
	case "iam":
		return func(row Row) Outcome { return Post(row, url, SigV4(loaded, "lambda")) }, nil
	case "webhook":
		sign, err := Webhook(os.Getenv("WAYBILL_SECRET"))
		return func(row Row) Outcome { return Post(row, url, sign) }, err
	case "bus":
		events := eventbridge.NewFromConfig(loaded, func(o *eventbridge.Options) {
			o.RetryMaxAttempts = 1 // the attempts are counted here
			if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
				o.EndpointResolver = eventbridge.EndpointResolverFromURL(endpoint)
			}
		})
		return func(row Row) Outcome { return Put(row, os.Getenv("WAYBILL_BUS"), events) }, nil
	}
	return nil, fmt.Errorf("expected iam, webhook or bus, not %q", way)
}

func main() {
	log.SetFlags(0)
	publish, err := publisher(strings.Join(os.Args[1:], " "))
	if err != nil {
		log.Fatal(err)
	}
	rows, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(rows), []byte("\n")) {
		var row Row
		if err := json.Unmarshal(line, &row); err != nil {
			log.Fatal(err)
		}
		fmt.Println(row.ID, publish(row))
	}
}
