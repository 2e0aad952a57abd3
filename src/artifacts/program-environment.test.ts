import { describe, expect, it } from "vitest";
import { programEnvironment, uvEnvironment } from "./program-environment.ts";

describe("the environment of uv", () => {
  it("says where packages come from as pip was told", () => {
    const env = {
      HOME: "/home/x",
      PIP_INDEX_URL: "https://index.invalid/simple",
      PIP_EXTRA_INDEX_URL: "https://a.invalid https://b.invalid",
      PIP_FIND_LINKS: "/wheels /more",
      PIP_CERT: "/etc/certificates.pem",
    };
    expect(uvEnvironment(env)).toMatchObject({
      ...env,
      UV_DEFAULT_INDEX: "https://index.invalid/simple",
      UV_INDEX: "https://a.invalid https://b.invalid",
      UV_FIND_LINKS: "/wheels,/more",
      SSL_CERT_FILE: "/etc/certificates.pem",
      UV_PYTHON_DOWNLOADS: "never",
    });
  });

  it("has uv's own variables before those of pip", () => {
    const own = { UV_DEFAULT_INDEX: "https://own.invalid", SSL_CERT_FILE: "/own.pem" };
    const env = { ...own, PIP_INDEX_URL: "https://index.invalid", PIP_CERT: "/pip.pem" };
    expect(uvEnvironment(env)).toMatchObject(own);
    const older = uvEnvironment({
      UV_INDEX_URL: "https://own.invalid",
      PIP_INDEX_URL: "https://index.invalid",
    });
    expect(older).not.toHaveProperty("UV_DEFAULT_INDEX");
  });

  it("is nothing else of the deployer's", () => {
    const env = {
      HOME: "/home/x",
      PYTHONPATH: "/mine",
      DJANGO_SECRET_KEY: "s",
      UV_PROJECT_ENVIRONMENT: "/v",
      VIRTUAL_ENV: "/v",
    };
    expect(programEnvironment(env)).toEqual({ HOME: "/home/x" });
  });
});
