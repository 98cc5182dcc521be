/** Name of the function that marks, in the rewritten sources; no other source uses a dollar. */
export const MARKER = 'mark$';

/** Function that returns the number of the mark that is switched on. */
export const CURRENT = 'current$';

/** Source unit that holds these functions. */
export const MARKER_FILE = 'contracts/Marker.sol';

/** Block gas limit under which nothing is switched; mark n is switched on under this plus n. */
export const OFF_GAS_LIMIT = 60_000_000;

/** Block gas limit under which each mark that is reached is noted; nothing is switched. */
export const NOTING_GAS_LIMIT = 50_000_000;

/** Precompile that returns its input. */
const IDENTITY = 4;

/** Account without code that is called with the number of a mark: a trace of calls shows which marks were reached. */
export const NOTED_BY = '0x000000000000000000000000000000006d61726b';

/**
 * Notes a mark from within assembly. Uses memory far from that of the code around it, and restores the return data of
 * the last call by calling the identity precompile.
 */
export const noteInAssembly = (mark: number | 'mark'): string =>
  `if eq(gaslimit(), ${NOTING_GAS_LIMIT}) {
    let size$ := returndatasize()
    let far$ := add(mload(0x40), 0x8000)
    mstore(far$, ${mark})
    if size$ { returndatacopy(add(far$, 0x20), 0, size$) }
    pop(staticcall(gas(), ${NOTED_BY}, far$, 0x20, 0, 0))
    if size$ { pop(staticcall(gas(), ${IDENTITY}, add(far$, 0x20), size$, 0, 0)) }
  } `;

/**
 * `mark$(n)` is true under the block gas limit of mark n. `branch$` notes the outcome of a condition. The other
 * functions are comparisons whose edge moves under their mark.
 */
export const MARKER_SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

function ${MARKER}(uint256 mark) view returns (bool on) {
    assembly ("memory-safe") {
        on := eq(gaslimit(), add(${OFF_GAS_LIMIT}, mark))
        ${noteInAssembly('mark')}
    }
}

function branch$(uint256 yes, uint256 no, bool condition) view returns (bool) {
    ${MARKER}(condition ? yes : no);
    return condition;
}

function passed$(uint256 mark) view returns (bool) {
    ${MARKER}(mark);
    return true;
}

function ${CURRENT}() view returns (uint256 mark) {
    assembly ("memory-safe") {
        mark := sub(gaslimit(), ${OFF_GAS_LIMIT})
    }
}

function below$(uint256 mark, uint256 a, uint256 b) view returns (bool) {
    return ${MARKER}(mark) ? a <= b : a < b;
}

function upTo$(uint256 mark, uint256 a, uint256 b) view returns (bool) {
    return ${MARKER}(mark) ? a < b : a <= b;
}

function above$(uint256 mark, uint256 a, uint256 b) view returns (bool) {
    return ${MARKER}(mark) ? a >= b : a > b;
}

function from$(uint256 mark, uint256 a, uint256 b) view returns (bool) {
    return ${MARKER}(mark) ? a > b : a >= b;
}
`;

export const MARKER_IMPORT = `\nimport {${MARKER}, ${CURRENT}, branch$, passed$, below$, upTo$, above$, from$} from "${MARKER_FILE}";`;
