"""
Sentry and OpenTelemetry, each switched on by its own standard variable. Without it nothing of either is imported:
that would cost every start a third of a second.
"""

import os

from django.conf import settings


def start() -> None:
    if os.environ.get("SENTRY_DSN"):
        _start_sentry()
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        _start_opentelemetry()


def _start_sentry() -> None:
    import sentry_sdk

    # The DSN is read from its variable by Sentry itself.
    sentry_sdk.init(
        release=settings.RELEASE or None,
        environment=settings.ENVIRONMENT or None,
        server_name=settings.INSTANCE or None,
        # Who somebody is and what they typed stays here.
        send_default_pii=False,
        max_request_body_size="never",
        traces_sample_rate=float(os.environ.get("SENTRY_TRACES_SAMPLE_RATE") or 0),
    )


def _start_opentelemetry() -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    known = {
        "service.version": settings.RELEASE,
        "deployment.environment.name": settings.ENVIRONMENT,
        "service.instance.id": settings.INSTANCE,
    }
    resource = Resource.create(
        {
            "service.name": os.environ.get("OTEL_SERVICE_NAME") or "cozywish-django",
            **{name: value for name, value in known.items() if value},
        }
    )
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # Probes come every second, and say nothing worth keeping.
    DjangoInstrumentor().instrument(excluded_urls="healthz,readyz")
