#!/usr/bin/env node
// Plain old JavaScript, so that a Node of any age can read as far as the message.
var version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 15)) {
  process.stderr.write("cozy needs Node 22.15 or newer; this is Node " + process.versions.node + ".\n");
  process.exit(2);
}
require("node:module").enableCompileCache();
void import("../dist/main.js");
