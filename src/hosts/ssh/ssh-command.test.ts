import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  keyCommand,
  masterCommand,
  rsyncShell,
  sessionCommand,
  terminalCommand,
  type SshPlace,
} from "./ssh-command.ts";
import { filesOf } from "./ssh-files.ts";

const place: SshPlace = {
  host: "web-1",
  address: "web-1.example.com",
  port: 2222,
  user: "cozy",
  identity: undefined,
};
const files = filesOf("/tmp/cozy-ssh-1000", place, "");
const times = { keepSeconds: 60, aliveSeconds: 5 };

describe("the words for ssh", () => {
  it("are taken by the ssh that is here, and say what cozy relies on, whatever the user's settings are", () => {
    const own = ["-o", "StrictHostKeyChecking=no", "-o", "ForwardAgent=yes", "-o", "RemoteCommand=id"];
    const identity = "/home/ada's/100%/my key";
    const [, ...words] = masterCommand({ ...place, identity }, files, times);
    const at = words.indexOf("--");
    const all = ["-G", ...words.slice(0, at), ...own, ...words.slice(at)];
    const settings = execFileSync("ssh", all, { encoding: "utf8" }).split("\n");
    expect(settings).toEqual(
      expect.arrayContaining([
        "user cozy",
        "port 2222",
        "batchmode yes",
        "stricthostkeychecking true",
        `userknownhostsfile ${files.knownHosts}`,
        "globalknownhostsfile /dev/null",
        "hostkeyalias [web-1.example.com]:2222",
        "forwardagent no",
        "updatehostkeys false",
        "controlmaster true",
        "controlpersist 60",
        "serveraliveinterval 5",
        "serveralivecountmax 3",
        "identitiesonly yes",
        "identityfile /home/ada's/100%%/my key",
      ]),
    );
    expect(settings.filter((line) => line.startsWith("remotecommand"))).toEqual([]);
  });

  it("quote what a command is made of, once", () => {
    expect(sessionCommand(place, files, ["rm", "--", "it's"]).at(-1)).toBe(String.raw`rm -- 'it'\''s'`);
  });

  it("never make a connection where the shared one has to be there", () => {
    for (const command of [sessionCommand(place, files, ["true"]), [rsyncShell(files)]]) {
      expect(command.join(" ")).toContain("-F none -o ProxyCommand=false -o ControlMaster=no");
    }
  });

  it("check the key wherever a connection of its own may be made", () => {
    const commands = [
      masterCommand(place, files, times),
      terminalCommand(place, files, ["sh"]),
      keyCommand(place, files),
    ];
    for (const command of commands) expect(command).toContain("StrictHostKeyChecking=yes");
  });
});

describe("the files of a connection", () => {
  it("are others for another user, key or trust, and short enough for a socket", () => {
    const others = [
      filesOf("/tmp/cozy-ssh-1000", { ...place, user: "root" }, ""),
      filesOf("/tmp/cozy-ssh-1000", { ...place, identity: "/key" }, ""),
      filesOf("/tmp/cozy-ssh-1000", place, "another key"),
    ];
    expect(new Set([files, ...others].map(({ socket }) => socket)).size).toBe(4);
    // ssh adds 17 characters of its own while it makes the socket.
    expect(files.socket.length + 17).toBeLessThan(100);
  });
});
