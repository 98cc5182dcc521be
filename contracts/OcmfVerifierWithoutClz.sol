// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {OcmfProofs} from "./ocmf/OcmfProofs.sol";

/// @title Checks OCMF records on ledgers without the opcode CLZ, where calling `OcmfVerifier` would revert
/// @dev Compiled for cancun: nothing in it may be newer.
contract OcmfVerifierWithoutClz is OcmfProofs {
    function _leadingZeros(uint256 bits) internal pure override returns (uint256) {
        return Math.clz(bits);
    }
}
