import { ROOT_CONTEXT, SpanKind, SpanStatusCode, defaultTextMapGetter } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Identity } from "../settings/settings.ts";
import type { Observers } from "./observers.ts";

const CLOSE_TIMEOUT_MS = 2_000;

/**
 * One span a request and one a job, sent in batches to `<endpoint>/v1/traces`. We make them ourselves: what
 * instruments everything by changing modules as they load would cost more than the whole application does.
 */
export function openTracing(
  endpoint: string,
  identity: Identity,
): Pick<Observers, "span" | "tracing" | "close"> {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` });
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        "service.name": process.env["OTEL_SERVICE_NAME"] ?? "cozywish",
        "service.version": identity.release,
        "deployment.environment.name": identity.environment ?? "local",
        "service.instance.id": identity.instance,
      }),
    ),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: CLOSE_TIMEOUT_MS })],
  });
  const tracer = provider.getTracer("cozywish");
  const propagator = new W3CTraceContextPropagator();

  return {
    tracing: true,
    span: async (kind, { name, attributes, traceparent }, work) => {
      const parent = propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
      const options = { kind: kind === "request" ? SpanKind.SERVER : SpanKind.CONSUMER, attributes };
      const span = tracer.startSpan(name, options, parent);
      try {
        return await work({
          set: (more) => void span.setAttributes(more),
          rename: (better) => void span.updateName(better),
        });
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
    close: async () => {
      const timeout = new Promise<void>((resolve) => {
        setTimeout(resolve, CLOSE_TIMEOUT_MS).unref();
      });
      await Promise.race([provider.shutdown().catch(() => {}), timeout]);
    },
  };
}
