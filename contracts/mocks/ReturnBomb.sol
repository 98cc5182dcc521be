// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Answers that cost the caller of a contract its gas
library ReturnBomb {
    enum Kind {
        NONE,
        BURN_ALL_GAS,
        RETURN,
        REVERT
    }

    /// @dev Returns to its caller only if `kind` is NONE.
    /// @param firstWord The first word of the answer: the value that the caller hopes for.
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
