// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Ways to answer a call so that the caller suffers
library Flood {
    enum Kind {
        NONE,
        BURN,
        RETURN,
        REVERT
    }

    /// @dev Does not come back unless `kind` is NONE.
    /// @param firstWord What the flood begins with: the answer that the caller hopes for.
    function answer(Kind kind, bytes32 firstWord, uint256 sizeBytes) internal pure {
        if (kind == Kind.NONE) return;
        assembly ("memory-safe") {
            if eq(kind, 1) {
                invalid()
            }
            mstore(0, firstWord)
            if eq(kind, 2) {
                return(0, sizeBytes)
            }
            revert(0, sizeBytes)
        }
    }
}
