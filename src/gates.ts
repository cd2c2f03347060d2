// 'espalier/gates': gates one can look at. Apart from the index, so that a page that only runs nets need not load it.
export { type GateSvgOptions, gatesToSvg } from './drawings/gates.js';
export {
  type GateBlock,
  type GateBlockReport,
  type GateClasses,
  type GateClassNames,
  GateCounter,
  type GateKind,
  type GateLayout,
  type GateReport,
  gateKind,
  gateReport,
  gatesToCsv,
  type TellingGate,
  tellingGates,
} from './models/gaternet/gate-report.js';
