import type { Candidate } from "./completion-words.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** The script that makes a shell ask cozy; `$1`, `words` and `commandline` are the shells' own names. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# For ~/.bashrc:  source <(cozy completion bash)
_cozy() {
  local IFS=$'\\n'
  COMPREPLY=($("$1" completion words bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ \${COMPREPLY[0]} == ":files" ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
  elif [[ \${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _cozy cozy
`,
  zsh: `#compdef cozy
# For ~/.zshrc, after compinit:  source <(cozy completion zsh)
_cozy() {
  local -a found
  found=("\${(@f)$(\${words[1]} completion words zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $found[1] == ":files" ]]; then
    _files
  elif [[ $found[1] == *=:* ]]; then
    _describe cozy found -S ''
  elif [[ -n $found[1] ]]; then
    _describe cozy found
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _cozy "$@"
else
  compdef _cozy cozy
fi
`,
  fish: `# For ~/.config/fish/config.fish:  cozy completion fish | source
function __cozy_words
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] completion words fish -- $words[2..-1] 2>/dev/null)
  if test "$found[1]" = ":files"
    __fish_complete_path (commandline -ct)
  else if set -q found[1]
    printf '%s\\n' $found
  end
end
complete -c cozy -f -k -a '(__cozy_words)'
`,
};

/** Candidates as the script of a shell reads them, a line each. */
export function candidateLines(shell: Shell, found: readonly Candidate[] | "files"): string {
  if (found === "files") return ":files\n";
  return found.map(({ word, about }) => `${lineFor(shell, word, oneLine(about))}\n`).join("");
}

function lineFor(shell: Shell, word: string, about: string): string {
  if (shell === "bash" || about === "") return shell === "zsh" ? word.replaceAll(":", "\\:") : word;
  return shell === "zsh" ? `${word.replaceAll(":", "\\:")}:${about}` : `${word}\t${about}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
