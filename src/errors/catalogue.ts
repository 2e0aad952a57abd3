import type { ErrorRecord } from "./cozy-error.ts";
import { artifactErrors } from "../artifacts/errors.ts";
import { commandErrors } from "../commands/errors.ts";
import { developmentErrors } from "../development/errors.ts";
import { databaseErrors } from "../databases/errors.ts";
import { engineErrors } from "../engine/errors.ts";
import { agentErrors } from "../hosts/agent/errors.ts";
import { hostErrors } from "../hosts/errors.ts";
import { sshErrors } from "../hosts/ssh/errors.ts";
import { setupErrors } from "../setup/errors.ts";
import { instanceErrors } from "../instances/errors.ts";
import { labErrors } from "../lab/errors.ts";
import { projectErrors } from "../project/errors.ts";
import { questionErrors } from "../questions/errors.ts";
import { releaseErrors } from "../release/errors.ts";
import { routingErrors } from "../routing/errors.ts";
import { scheduleErrors } from "../schedules/errors.ts";
import { recoveryErrors } from "../recovery/errors.ts";
import { rehearsalErrors } from "../rehearsal/errors.ts";
import { restoreErrors } from "../recovery/restore-errors.ts";
import { scratchErrors } from "../rehearsal/scratch-errors.ts";
import { secretErrors } from "../secrets/errors.ts";

/** Every error a user can meet, by its permanent code; each domain keeps its own. */
export const catalogue = {
  ...projectErrors,
  ...commandErrors,
  ...artifactErrors,
  ...databaseErrors,
  ...developmentErrors,
  ...engineErrors,
  ...agentErrors,
  ...hostErrors,
  ...instanceErrors,
  ...labErrors,
  ...questionErrors,
  ...releaseErrors,
  ...routingErrors,
  ...scheduleErrors,
  ...recoveryErrors,
  ...rehearsalErrors,
  ...restoreErrors,
  ...scratchErrors,
  ...secretErrors,
  ...setupErrors,
  ...sshErrors,
} as const satisfies Record<string, ErrorRecord>;

export type ErrorCode = keyof typeof catalogue;
