// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlements} from "../interfaces/ISettlements.sol";
import {Settlement} from "../types/Calls.sol";
import {Reports} from "./Reports.sol";

/// @title Settlements: a final reading that both signed pays at once
abstract contract Settlements is Reports, ISettlements {
    /// @inheritdoc ISettlements
    function settle(Settlement calldata s) external {
        _settle(s.booking, RESERVED_HEAD, NO_CLAIM, s.reading, s.agentSignature, s.sessionSignature);
    }
}
