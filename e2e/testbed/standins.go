package testbed

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/standin"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// provideStandIns makes the Secrets that stand in, in the namespaces that exist. One that is there is kept, and
// gets the keys that it lacks.
func (s *Testbed) provideStandIns(ctx context.Context) error {
	for _, secret := range s.StandIns {
		exists, err := s.namespaceExists(ctx, secret.Namespace)
		if err != nil {
			return err
		}
		if !exists {
			continue
		}
		if err := s.provideStandIn(ctx, secret); err != nil {
			return fmt.Errorf("stand in for Secret %s/%s: %w", secret.Namespace, secret.Name, err)
		}
	}
	return nil
}

func (s *Testbed) provideStandIn(ctx context.Context, stand standin.Secret) error {
	var there corev1.Secret
	err := s.Client.Get(ctx, client.ObjectKey{Namespace: stand.Namespace, Name: stand.Name}, &there)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("look for it: %w", err)
	}
	found := err == nil
	lacking := stand
	lacking.Keys = nil
	for _, key := range stand.Keys {
		if len(there.Data[key.Name]) == 0 {
			lacking.Keys = append(lacking.Keys, key)
		}
	}
	if found && len(lacking.Keys) == 0 {
		return nil
	}
	object, err := lacking.Object(func(_ standin.Secret, key standin.Key) (string,
		error,
	) {
		return s.mint(ctx, key.Purpose)
	})
	if err != nil {
		return err
	}
	var made corev1.Secret
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &made); err != nil {
		return fmt.Errorf("read it: %w", err)
	}
	if !found {
		if err := s.Client.Create(ctx, &made); err != nil {
			return fmt.Errorf("create it: %w", err)
		}
		return nil
	}
	before := there.DeepCopy()
	for key, value := range made.Data {
		there.Data = mergeKey(there.Data, key, string(value))
	}
	if err := s.Client.Patch(ctx, &there, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("add its keys: %w", err)
	}
	return nil
}

// userEmail is the user at the provider whose global key stands in for the bundle's own.
const userEmail = "owner@edgeproof.example"

// mint makes a credential at the provider, as an operator does by hand.
func (s *Testbed) mint(ctx context.Context, purpose standin.Purpose) (string, error) {
	switch purpose {
	case standin.CloudflareToken:
		token, err := s.Internet.CreateToken(ctx, api.TokenDraft{Name: "edge"})
		if err != nil {
			return "", fmt.Errorf("mint the API token at the provider: %w", err)
		}
		return token.Value, nil
	case standin.CloudflareKey:
		if s.globalKey == "" {
			key := strings.ToLower(rand.Text())
			if _, err := s.Internet.AddUser(ctx, api.UserDraft{Email: userEmail, Key: key}); err != nil {
				return "", fmt.Errorf("make the user with a global key at the provider: %w", err)
			}
			s.globalKey = key
		}
		return s.globalKey, nil
	case standin.CloudflareEmail:
		return userEmail, nil
	}
	return "", errors.New("no value is known for purpose " + string(purpose))
}

// refused notes that an application of a repository could not be applied; any other error is returned.
func (s *Testbed) refused(ctx context.Context, source string, err error) error {
	var late *await.Error
	if !s.Survey || !errors.As(err, &late) || ctx.Err() != nil {
		return fmt.Errorf("applications: %s: %w; if they belong to another bundle, give APPS= the folder of this one's",
			source, err)
	}
	s.Log.Warn("applications: %s is not applied, its routes are judged without it: %v", source, err)
	return nil
}
