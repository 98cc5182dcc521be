/** Name of the function that marks, in the rewritten sources; no source of ours uses a dollar. */
export const MARKER = 'mark$';

/** Function that gives the number of the mark that is switched on. */
export const CURRENT = 'current$';

/** Source unit that holds it. */
export const MARKER_FILE = 'contracts/Marker.sol';

/** Block gas limit under which nothing is switched; mark n is switched on under this plus n. */
export const OFF_GAS_LIMIT = 60_000_000;

/** Block gas limit under which each mark that is passed is noted; nothing is switched. */
export const NOTING_GAS_LIMIT = 50_000_000;

/** Precompile that is called with the number of a mark: a trace of calls tells which marks were passed. */
export const NOTED_BY = '0x0000000000000000000000000000000000000004';

/**
 * `mark$(n)` is true under the block gas limit of mark n. The note keeps what the last call returned: identity gives it
 * back. The other functions are comparisons whose edge moves under their mark.
 */
export const MARKER_SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

function ${MARKER}(uint256 mark) view returns (bool on) {
    assembly ("memory-safe") {
        let limit := gaslimit()
        on := eq(limit, add(${OFF_GAS_LIMIT}, mark))
        if eq(limit, ${NOTING_GAS_LIMIT}) {
            let size := returndatasize()
            let free := mload(0x40)
            returndatacopy(free, 0, size)
            mstore(0, mark)
            pop(staticcall(gas(), ${NOTED_BY}, 0, 0x20, 0, 0))
            pop(staticcall(gas(), ${NOTED_BY}, free, size, 0, 0))
        }
    }
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

export const MARKER_IMPORT = `\nimport {${MARKER}, ${CURRENT}, below$, upTo$, above$, from$} from "${MARKER_FILE}";`;

/** Operators of a type must be pure: what reads a mark cannot be one. */
const HAS_OPERATORS = /^using \{[^}]*\bas\b/m;

/** A mark is read from the block, so that what has one is no longer pure, and neither is who calls it. */
export const asView = (source: string): string =>
  HAS_OPERATORS.test(source) ? source : source.replace(/\bpure\b/g, 'view');

export const canBeMarked = (source: string): boolean => !HAS_OPERATORS.test(source);
