// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Hostile: reverts, returns false, or returns true without a transfer, as configured; anyone mints
contract ConfigurableToken is ERC20 {
    enum Behaviour {
        NORMAL,
        REVERT,
        RETURN_FALSE,
        SKIP_TRANSFER
    }

    error Configurable_Refused();

    Behaviour public behaviour;

    constructor() ERC20("Configurable", "CONF") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setBehaviour(Behaviour behaviour_) external {
        behaviour = behaviour_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return _transfers() && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (behaviour == Behaviour.SKIP_TRANSFER) return true;
        return _transfers() && super.transferFrom(from, to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _transfers() private view returns (bool) {
        if (behaviour == Behaviour.REVERT) revert Configurable_Refused();
        return behaviour != Behaviour.RETURN_FALSE;
    }
}
