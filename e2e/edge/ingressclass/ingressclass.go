// Package ingressclass knows how an Ingress says which controller is to serve it: by its field, by the annotation
// that went before the field, or by the default class, which the API server sets when an Ingress is made and not
// later (https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class).
//
// It must not know a controller, nor which of its settings choose classes: the controller's own package does.
package ingressclass

import networking "k8s.io/api/networking/v1"

// Annotation named the class of an Ingress before the field did. It needs no IngressClass.
const Annotation = "kubernetes.io/ingress.class"

// Name is the class that an Ingress names itself.
type Name struct {
	Class string
	// Annotated says that the annotation names it, not the field.
	Annotated bool
}

// Of is the class that an Ingress names, "" for none. The field goes before the annotation.
func Of(i *networking.Ingress) Name {
	if i.Spec.IngressClassName != nil {
		return Name{Class: *i.Spec.IngressClassName}
	}
	class := i.Annotations[Annotation]
	return Name{Class: class, Annotated: class != ""}
}

// Find finds a class, nil when it is not there.
func Find(classes []networking.IngressClass, name string) *networking.IngressClass {
	for n := range classes {
		if classes[n].Name == name {
			return &classes[n]
		}
	}
	return nil
}

// Default is the class that an Ingress without one is given when it is made, nil for none.
func Default(classes []networking.IngressClass) *networking.IngressClass {
	for n := range classes {
		if classes[n].Annotations[networking.AnnotationIsDefaultIngressClass] == "true" {
			return &classes[n]
		}
	}
	return nil
}

// OfAnother reports whether the field of an Ingress names a class that is there and belongs to another controller.
func OfAnother(i *networking.Ingress, classes []networking.IngressClass, controller string) bool {
	name := Of(i)
	if name.Class == "" || name.Annotated {
		return false
	}
	class := Find(classes, name.Class)
	return class != nil && class.Spec.Controller != controller
}
