/**
 * What shells source. Each asks `berth complete SHELL` for candidates, one a line. None needs anything beside its shell,
 * and each may be sourced again.
 */
import type { Shell } from "./shells.ts";

/** Without `mapfile`, and with a `compopt` that may be missing: macOS still has bash 3.2. */
const BASH = `# Completion of berth for bash: source <(berth completion bash)
_berth() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$candidate")
  done < <(berth complete bash -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *[/=:] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _berth berth
`;

const ZSH = `#compdef berth
# Completion of berth for zsh: source <(berth completion zsh), or as a file _berth in a folder of fpath
_berth() {
  local -a closed open
  local value about
  while IFS=$'\\t' read -r value about; do
    [[ -n $value ]] || continue
    if [[ $value == *[/=:] ]]; then
      open+=("\${value//:/\\\\:}\${about:+:$about}")
    else
      closed+=("\${value//:/\\\\:}\${about:+:$about}")
    fi
  done < <(berth complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  _describe -V berth closed -- open -S ''
}
if [[ \${funcstack[1]} == _berth ]]; then
  _berth "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _berth berth
fi
`;

/** fish puts no space behind what ends in one of \`/=:\`. */
const FISH = `# Completion of berth for fish: berth completion fish | source
function __berth_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  berth complete fish -- $words[2..-1] "$typed" 2>/dev/null
end
complete -c berth -e
complete -c berth -f -k -a '(__berth_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
