/** What is wrong with this Node, or null. */
export function nodeProblem(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? null
    : `trapframe needs Node 20.19 or newer; this is ${version} (${process.execPath}).`;
}
