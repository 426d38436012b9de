package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do    string `json:"do"`
	Value any    `json:"value"`
}

func handle(ctx context.Context, asked event) (any, error) {
	switch asked.Do {
	case "about":
		about, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		return map[string]any{
			"id":         about.AwsRequestID,
			"function":   about.InvokedFunctionArn,
			"deadlineMs": deadline.UnixMilli(),
		}, nil
	case "fail":
		return nil, errors.New("on purpose")
	case "large":
		return strings.Repeat("x", 7*1024*1024), nil
	case "exit":
		os.Exit(3)
	}
	return asked.Value, nil
}

func main() {
	lambda.Start(handle)
}
